# PowerShell completion for vrun, which is asked what completes the line. It answers with what PowerShell adds, and the
# values.
using namespace System.Management.Automation

Register-ArgumentCompleter -Native -CommandName 'vrun' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
    $words = @($before | Select-Object -Skip 1 | ForEach-Object { "$_".Trim("'", '"') })
    # PowerShell drops arguments that are empty, so the word at the cursor has a plus sign before it.
    $lines = @(& "$($commandAst.CommandElements[0])" --complete powershell @words "+$wordToComplete" 2>$null)
    $part, $rest = "$($lines[0])".Split("`t")
    foreach ($line in $lines | Select-Object -Skip 1) {
        $value, $description = $line.Split("`t")
        $shown = if ($description) { $description } else { $value }
        [CompletionResult]::new($value, $value, [CompletionResultType]::ParameterValue, $shown)
    }
    # Without an answer, PowerShell completes to files.
}
