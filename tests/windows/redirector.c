/* What `venv` copies into Scripts as python.exe: starts the python.exe of the `home` that pyvenv.cfg names, and
   says in __PYVENV_LAUNCHER__ from where (CPython's PC/launcher.c, which a Linux installation has no build of). */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

#define LONGEST 32768

static wchar_t self[LONGEST], dir[LONGEST], home[LONGEST], line[2 * LONGEST];

static void up(wchar_t *path) { *wcsrchr(path, L'\\') = 0; }

/* Reads `home = DIR` in DIR\pyvenv.cfg. */
static int read_home(void) {
    static char text[8192];
    static wchar_t cfg[LONGEST];
    _snwprintf(cfg, LONGEST, L"%ls\\pyvenv.cfg", dir);
    FILE *file = _wfopen(cfg, L"rb");
    if (!file) return 0;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    for (char *at = strtok(text, "\r\n"); at; at = strtok(NULL, "\r\n")) {
        char *value = strncmp(at, "home", 4) ? NULL : strchr(at, '=');
        if (!value) continue;
        value += 1 + strspn(value + 1, " \t");
        return MultiByteToWideChar(CP_UTF8, 0, value, -1, home, LONGEST);
    }
    return 0;
}

/* The command line behind the program's own name, byte for byte. */
static const wchar_t *arguments(void) {
    const wchar_t *at = GetCommandLineW();
    for (int quoted = 0; *at && (quoted || (*at != L' ' && *at != L'\t')); at++)
        if (*at == L'"') quoted = !quoted;
    return at;
}

static HANDLE inherited(DWORD stream) {
    HANDLE own = GetStdHandle(stream), copy = NULL, process = GetCurrentProcess();
    DuplicateHandle(process, own, process, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS);
    return copy;
}

static HANDLE killing_job(void) {
    HANDLE job = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

static BOOL WINAPI ignore(DWORD event) { return event == CTRL_C_EVENT; }

int wmain(void) {
    GetModuleFileNameW(NULL, self, LONGEST);
    wcscpy(dir, self);
    up(dir);
    if (!read_home()) {
        up(dir);
        if (!read_home()) return fputs("No pyvenv.cfg file\n", stderr), 106;
    }
    _snwprintf(line, 2 * LONGEST, L"\"%ls\\%ls\"%ls", home, PROGRAM, arguments());
    SetEnvironmentVariableW(L"__PYVENV_LAUNCHER__", self);
    SetConsoleCtrlHandler(ignore, TRUE);
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    startup.hStdInput = inherited(STD_INPUT_HANDLE);
    startup.hStdOutput = inherited(STD_OUTPUT_HANDLE);
    startup.hStdError = inherited(STD_ERROR_HANDLE);
    PROCESS_INFORMATION child;
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &child))
        return fwprintf(stderr, L"No Python at '%ls\\%ls'\n", home, PROGRAM), 103;
    AssignProcessToJobObject(killing_job(), child.hProcess);
    DWORD code = 1;
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    return (int)code;
}
