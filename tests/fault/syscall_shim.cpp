// Loaded before the C library (LD_PRELOAD): makes the system calls of the durable path fail on demand. Told
// by variables of the environment:
//
// FAULT_FOLDER: absolute path; calls on files below it whose name holds ".partial" or ".checkpoint" are
// points.
//
// FAULT_LOG: file to which each point is appended as a line, CALL NAME.
//
// FAULT_CALL: the call that fails, as the log names it; sync: fsync and fdatasync.
//
// FAULT_POINT: which of these calls fails, from 1; none: all go well.
//
// FAULT_KIND: kill, EIO, ENOSPC, EDQUOT, EFBIG, EINTR, short (half of a write or read), skip (fsync and
// fdatasync report success and do nothing), or slow (they take half a second).
//
// FAULT_NAME: only calls on files whose name holds this are counted; none: all points.
//
// FAULT_LENGTH: once, or ever: that call and all later ones.
//
// FAULT_SHADOW: folder that gets a copy of each such file whenever it was made durable, by fsync or
// fdatasync: what a power cut would leave of it at least. A file that is gone leaves the shadow when its
// folder is made durable.
//
// A call is counted when it is made; `kill` ends the process before it takes place.

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

enum class verdict { go_on, fail, shorten, skip };

std::string text_of(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
}

struct plan {
    std::string folder = text_of("FAULT_FOLDER");
    std::string log = text_of("FAULT_LOG");
    std::string shadow = text_of("FAULT_SHADOW");
    std::string kind = text_of("FAULT_KIND");
    std::string call = text_of("FAULT_CALL");
    std::string name = text_of("FAULT_NAME");
    long point = std::atol(text_of("FAULT_POINT").c_str());
    bool is_for_ever = text_of("FAULT_LENGTH") == "ever";
    std::atomic<long> counted{0};
};

/// Made at the first point and never destroyed: calls come until the very end.
plan& the_plan() {
    static auto* const made = new plan;
    return *made;
}

bool is_durable_file(std::string_view path) {
    return path.find(".partial") != path.npos || path.find(".checkpoint") != path.npos;
}

void note(std::string_view call, std::string_view path) {
    const auto& log = the_plan().log;
    if (log.empty()) return;
    const auto file = ::syscall(SYS_openat, AT_FDCWD, log.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
    const auto line = std::string(call) + " " + std::string(path.substr(path.rfind('/') + 1)) + "\n";
    ::syscall(SYS_write, file, line.data(), line.size());
    ::syscall(SYS_close, file);
}

int error_of(const std::string& kind) {
    if (kind == "ENOSPC") return ENOSPC;
    if (kind == "EDQUOT") return EDQUOT;
    if (kind == "EFBIG") return EFBIG;
    return kind == "EINTR" ? EINTR : EIO;
}

/// What is to become of this call. Sets errno where it is to fail.
verdict judge(const char* call, const std::string& path) {
    auto& plan = the_plan();
    if (plan.folder.empty() || path.compare(0, plan.folder.size(), plan.folder) != 0 ||
        !is_durable_file(path))
        return verdict::go_on;
    note(call, path);
    const bool is_meant =
        plan.call == call || (plan.call == "sync" && std::string_view(call).ends_with("sync"));
    if (!is_meant || plan.point == 0 || path.find(plan.name) == path.npos) return verdict::go_on;
    const auto number = ++plan.counted;
    if (number != plan.point && !(plan.is_for_ever && number > plan.point)) return verdict::go_on;
    if (plan.kind == "kill") ::syscall(SYS_kill, ::getpid(), SIGKILL);
    if (plan.kind == "short") return verdict::shorten;
    if (plan.kind == "skip") return verdict::skip;
    if (plan.kind == "slow") {
        ::poll(nullptr, 0, 500);
        return verdict::go_on;
    }
    errno = error_of(plan.kind);
    return verdict::fail;
}

std::string path_of(int number) {
    char path[4096];
    const auto link = "/proc/self/fd/" + std::to_string(number);
    const auto length = ::syscall(SYS_readlink, link.c_str(), path, sizeof(path));
    return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : std::string();
}

std::string path_at(int folder, const char* path) {
    if (path[0] == '/') return path;
    std::string base = folder == AT_FDCWD ? std::string() : path_of(folder);
    if (base.empty()) {
        char here[4096];
        if (::syscall(SYS_getcwd, here, sizeof(here)) > 0) base = here;
    }
    return base + "/" + path;
}

/// By the kernel's own calls: those of the C library are ours.
void copy_file(const std::string& from, const std::string& to) {
    char buffer[65536];
    const auto making = to + ".new";
    const auto in = ::syscall(SYS_openat, AT_FDCWD, from.c_str(), O_RDONLY);
    const auto out = ::syscall(SYS_openat, AT_FDCWD, making.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (long size = 0; (size = ::syscall(SYS_read, in, buffer, sizeof(buffer))) > 0;)
        ::syscall(SYS_write, out, buffer, size);
    ::syscall(SYS_close, in);
    ::syscall(SYS_close, out);
    ::syscall(SYS_renameat2, AT_FDCWD, making.c_str(), AT_FDCWD, to.c_str(), 0);
}

/// What has been made durable.
void note_durable(const std::string& path) {
    const auto& plan = the_plan();
    if (plan.shadow.empty()) return;
    if (path != plan.folder) {
        if (path.compare(0, plan.folder.size(), plan.folder) == 0 && is_durable_file(path))
            copy_file(path, plan.shadow + path.substr(path.rfind('/')));
        return;
    }
    for (const auto* const name : {".partial", ".checkpoint", ".checkpoint-journal"}) {
        const auto file = "/rows.csv" + std::string(name);
        if (::syscall(SYS_faccessat, AT_FDCWD, (path + file).c_str(), F_OK) != 0)
            ::syscall(SYS_unlinkat, AT_FDCWD, (plan.shadow + file).c_str(), 0);
    }
    // A rename of the rows is durable with its folder.
    if (::syscall(SYS_faccessat, AT_FDCWD, (path + "/rows.csv").c_str(), F_OK) == 0)
        copy_file(path + "/rows.csv", plan.shadow + "/rows.csv");
}

int made_durable(int number, int result) {
    if (result == 0 && !the_plan().shadow.empty()) note_durable(path_of(number));
    return result;
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::size_t half(std::size_t size) {
    return size > 1 ? size / 2 : size;
}

}  // namespace

// The names and types are the C library's.
extern "C" {

ssize_t write(int number, const void* bytes, size_t size) {
    static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
    const auto what = judge("write", path_of(number));
    if (what == verdict::fail) return -1;
    return real(number, bytes, what == verdict::shorten ? half(size) : size);
}

ssize_t pwrite64(int number, const void* bytes, size_t size, off64_t offset) {
    static auto* const real = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    const auto what = judge("pwrite", path_of(number));
    if (what == verdict::fail) return -1;
    return real(number, bytes, what == verdict::shorten ? half(size) : size, offset);
}

ssize_t pread64(int number, void* bytes, size_t size, off64_t offset) {
    static auto* const real = next<ssize_t(int, void*, size_t, off64_t)>("pread64");
    const auto what = judge("pread", path_of(number));
    if (what == verdict::fail) return -1;
    return real(number, bytes, what == verdict::shorten ? half(size) : size, offset);
}

ssize_t pread(int number, void* bytes, size_t size, off_t offset) {
    return pread64(number, bytes, size, offset);
}

int fsync(int number) {
    static auto* const real = next<int(int)>("fsync");
    const auto what = judge("fsync", path_of(number));
    if (what == verdict::skip) return 0;
    return what == verdict::fail ? -1 : made_durable(number, real(number));
}

int fdatasync(int number) {
    static auto* const real = next<int(int)>("fdatasync");
    const auto what = judge("fdatasync", path_of(number));
    if (what == verdict::skip) return 0;
    return what == verdict::fail ? -1 : made_durable(number, real(number));
}

int ftruncate64(int number, off64_t size) {
    static auto* const real = next<int(int, off64_t)>("ftruncate64");
    return judge("ftruncate", path_of(number)) == verdict::fail ? -1 : real(number, size);
}

int ftruncate(int number, off_t size) {
    return ftruncate64(number, size);
}

int close(int number) {
    static auto* const real = next<int(int)>("close");
    if (judge("close", path_of(number)) == verdict::go_on) return real(number);
    const int error = errno;
    real(number);  // Linux gives the number back, whatever it says
    errno = error;
    return -1;
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
    static auto* const real = next<int(int, const char*, int, const char*, unsigned)>("renameat2");
    if (judge("rename", path_at(from_folder, from)) == verdict::fail) return -1;
    return real(from_folder, from, to_folder, to, flags);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) {
    static auto* const real = next<int(int, const char*, int, const char*)>("renameat");
    if (judge("rename", path_at(from_folder, from)) == verdict::fail) return -1;
    return real(from_folder, from, to_folder, to);
}

int unlink(const char* path) {
    static auto* const real = next<int(const char*)>("unlink");
    return judge("unlink", path_at(AT_FDCWD, path)) == verdict::fail ? -1 : real(path);
}

int unlinkat(int folder, const char* path, int flags) {
    static auto* const real = next<int(int, const char*, int)>("unlinkat");
    return judge("unlink", path_at(folder, path)) == verdict::fail ? -1 : real(folder, path, flags);
}

int open64(const char* path, int flags, ...) {
    static auto* const real = next<int(const char*, int, ...)>("open64");
    va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return judge("open", path_at(AT_FDCWD, path)) == verdict::fail ? -1 : real(path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
    static auto* const real = next<int(int, const char*, int, ...)>("openat64");
    va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return judge("open", path_at(folder, path)) == verdict::fail ? -1 : real(folder, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return openat64(folder, path, flags, mode);
}

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open64(path, flags, mode);
}

}  // extern "C"
