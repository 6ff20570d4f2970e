# Installs vrun's program for Windows, once its sum is what the release says.
#
#   install.ps1 [-To DIR] [-Version VERSION] [-From URL]
#
# -To is where the program goes: ~\.local\bin, if nothing else is said. -From is the address of the release, or a
# directory with its files.
param(
    [string]$To = (Join-Path $HOME '.local\bin'),
    [string]$Version = '@VERSION@',
    [string]$From = ''
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if (-not $From) { $From = "@REPOSITORY@/releases/download/v$Version" }

# An emulated PowerShell has the architecture that it was compiled for, and the identifier of the processor itself.
$arch = if ($env:PROCESSOR_IDENTIFIER -like 'ARM*') { 'ARM64' }
elseif ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 }
else { $env:PROCESSOR_ARCHITECTURE }
$target = switch ($arch) {
    'AMD64' { 'x86_64-pc-windows-gnu' }
    'ARM64' { 'aarch64-pc-windows-gnullvm' }
    default { throw "install.ps1: there is no release for Windows on $arch" }
}
$name = "vrun-$Version-$target"
$program = Join-Path $To 'vrun.exe'
# Another program of that name stays what it is.
$mark = 'By this very line a vrun is told from other programs'
if ((Test-Path -LiteralPath $program) -and -not (Select-String -Quiet -SimpleMatch -LiteralPath $program -Pattern $mark)) {
    throw "install.ps1: $program is another program: -To DIR names another place"
}
$temp = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $temp | Out-Null
try {
    foreach ($file in 'sha256sums', "$name.zip") {
        if ($From -match '://') {
            [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
            Invoke-WebRequest -UseBasicParsing -Uri "$From/$file" -OutFile (Join-Path $temp $file)
        } else {
            Copy-Item -LiteralPath (Join-Path $From $file) -Destination (Join-Path $temp $file)
        }
    }
    $line = Get-Content (Join-Path $temp 'sha256sums') | Where-Object { $_ -match "^[0-9a-f]{64} [ *]$([regex]::Escape("$name.zip"))$" }
    if (-not $line) { throw "install.ps1: sha256sums has no sum of $name.zip" }
    $sum = (Get-FileHash -Algorithm SHA256 -LiteralPath (Join-Path $temp "$name.zip")).Hash
    if ($sum -ne $line.Substring(0, 64)) { throw "install.ps1: $name.zip is not what sha256sums says" }

    Expand-Archive -LiteralPath (Join-Path $temp "$name.zip") -DestinationPath $temp
    New-Item -ItemType Directory -Force -Path $To | Out-Null
    # One that runs can be renamed, but not replaced.
    if (Test-Path -LiteralPath $program) {
        Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath "$program.old"
        Move-Item -Force -LiteralPath $program -Destination "$program.old"
    }
    Move-Item -LiteralPath (Join-Path $temp "$name\vrun.exe") -Destination $program
    Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath "$program.old"
    Write-Output "installed $program ($Version)"
    if (($env:Path -split ';') -notcontains $To) {
        Write-Output "$To is not on PATH: `$env:Path = '$To;' + `$env:Path"
    }
} finally {
    Remove-Item -Recurse -Force -LiteralPath $temp
}
