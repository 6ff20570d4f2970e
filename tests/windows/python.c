/* python.exe and pythonw.exe of an installation: CPython itself is in the DLL (PC/python_uwp.cpp and
   Programs/python.c do no more). */
#include <windows.h>

int wmain(int argc, wchar_t **argv) {
    HMODULE dll = LoadLibraryW(PYTHON_DLL);
    int (*run)(int, wchar_t **) = dll ? (void *)GetProcAddress(dll, "Py_Main") : NULL;
    return run ? run(argc, argv) : 101;
}
