    # vrun's options end at the first word that is not one, and after the value of -s, -m or -c. The rest of the line is
    # completed to files, as PowerShell does without an answer.
    $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
    $words = @($before | Select-Object -Skip 1 | ForEach-Object { "$_".Trim("'", '"') })
    $at = 0
    $isCommand = -not $wordToComplete.StartsWith('-')
    while ($at -lt $words.Count) {
        $word = $words[$at]
        if ($word -ceq '--') {
            $isCommand = $true
            $at += 1
            break
        }
        if (-not $word.StartsWith('-') -or $word -ceq '-') { break }
        if ($word.StartsWith('--')) {
            if ('@LONGS@'.Split(' ') -ccontains $word) { $at += 1 }
        } elseif ($word -cmatch '[@LETTERS@](.*)$') {
            if ($Matches[1] -eq '') { $at += 1 }
            if ('@LAST@'.Contains($Matches[0].Substring(0, 1))) { return }
        }
        $at += 1
    }
    # The value of an option.
    if ($at -gt $words.Count) {
        $values = @{ @POWERSHELL@ }
        $names = @("$($values[$words[-1]])".Split(' ') | Where-Object { $_ -and $_ -like "$wordToComplete*" })
        $names | ForEach-Object { [CompletionResult]::new($_, $_, [CompletionResultType]::ParameterValue, $_) }
    }
    if ($at -ne $words.Count) { return }
    if ($isCommand) {
        if ($words -ccontains '--help') {
            $topics = @('@TOPICS@'.Split(' ') | Where-Object { $_ -like "$wordToComplete*" })
            $topics | ForEach-Object { [CompletionResult]::new($_, $_, [CompletionResultType]::ParameterValue, $_) }
            return
        }
        $vrunArgs = @($words | Where-Object { $_ -cne '--' })
        $names = @(& "$($commandAst.CommandElements[0])" --programs @vrunArgs 2>$null)
        $names += @(Get-Command -CommandType Application -Name "$wordToComplete*" -ErrorAction Ignore).Name
        $names = @($names | Where-Object { $_ -and $_ -like "$wordToComplete*" } | Select-Object -Unique)
        $names | ForEach-Object { [CompletionResult]::new($_, $_, [CompletionResultType]::Command, $_) }
        return
    }
