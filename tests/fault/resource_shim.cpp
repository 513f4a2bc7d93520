// Loaded before the C library (LD_PRELOAD): makes memory and threads run out, and clocks jump, on demand.
// Told by variables of the environment:
//
// RESOURCE_MALLOC: which allocation fails, from 1, counted over malloc, calloc and realloc of all threads; a
// `+` behind it: and all later ones. 0: none, they are only counted.
//
// RESOURCE_THREAD: which thread cannot be created, from 1.
//
// RESOURCE_LOG: file that gets the number of allocations, when the process leaves by _exit.
//
// RESOURCE_WALL: what the wall clock does, and RESOURCE_STEADY: what the monotonic clock does.
// "CALL:SECONDS,…": from so many readings of it on it is so much ahead of the true one; negative: behind;
// `stop`: it stands still.
//
// The parts that the true clock goes on by itself (timers, condition variables) get the true time.

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

// glibc's own entry points: dlsym allocates itself.
extern "C" void* __libc_malloc(std::size_t size);                // NOLINT
extern "C" void* __libc_calloc(std::size_t count, std::size_t);  // NOLINT
extern "C" void* __libc_realloc(void* old, std::size_t size);    // NOLINT

namespace {

std::atomic<long> allocations{0};
std::atomic<long> threads{0};

/// Read once, before `main`, without allocating.
struct plan {
    long malloc_point = 0;
    bool malloc_for_ever = false;
    long thread_point = 0;
};

const plan& the_plan() {
    static const plan made = [] {
        plan read;
        if (const char* const text = std::getenv("RESOURCE_MALLOC")) {
            read.malloc_point = std::atol(text);
            read.malloc_for_ever = std::strchr(text, '+') != nullptr;
        }
        if (const char* const text = std::getenv("RESOURCE_THREAD")) read.thread_point = std::atol(text);
        return read;
    }();
    return made;
}

bool allocation_fails() {
    const auto number = ++allocations;
    const auto& plan = the_plan();
    const bool fails = plan.malloc_point > 0 &&
                       (number == plan.malloc_point || (plan.malloc_for_ever && number > plan.malloc_point));
    if (fails) errno = ENOMEM;
    return fails;
}

/// One clock's deviations.
class deviation {
public:
    explicit deviation(const char* variable) : text_(std::getenv(variable)) {}

    /// What is to be read in place of `now`.
    timespec apply(timespec now) {
        if (text_ == nullptr) return now;
        const auto reading = ++readings_;
        long ahead = 0;
        for (const char* at = text_; at != nullptr;
             at = std::strchr(at, ',') == nullptr ? nullptr : std::strchr(at, ',') + 1) {
            char* rest = nullptr;
            if (reading < std::strtol(at, &rest, 10)) break;
            if (std::strncmp(rest, ":stop", 5) == 0) return stopped(now);
            ahead = std::strtol(rest + 1, nullptr, 10);
        }
        ahead_ = ahead;
        now.tv_sec += ahead;
        return now;
    }

    long ahead() const { return ahead_; }

private:
    timespec stopped(timespec now) {
        std::int64_t none = 0;
        stopped_at_.compare_exchange_strong(none, now.tv_sec);
        return {static_cast<time_t>(stopped_at_.load()), 0};
    }

    const char* text_;
    std::atomic<long> readings_{0};
    std::atomic<long> ahead_{0};
    std::atomic<std::int64_t> stopped_at_{0};
};

deviation& wall() {
    static deviation made("RESOURCE_WALL");
    return made;
}
deviation& steady() {
    static deviation made("RESOURCE_STEADY");
    return made;
}

timespec true_time(clockid_t clock) {
    timespec now{};
    ::syscall(SYS_clock_gettime, clock, &now);
    return now;
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

void write_log() {
    const char* const path = std::getenv("RESOURCE_LOG");
    if (path == nullptr) return;
    char digits[24];
    std::size_t at = sizeof(digits);
    for (auto rest = allocations.load(); rest > 0 && at > 0; rest /= 10)
        digits[--at] = static_cast<char>('0' + rest % 10);
    const auto file = ::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::syscall(SYS_write, file, digits + at, sizeof(digits) - at);
    ::syscall(SYS_close, file);
}

}  // namespace

// The names and types are the C library's.
extern "C" {

void* malloc(std::size_t size) {
    return allocation_fails() ? nullptr : __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
    return allocation_fails() ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* old, std::size_t size) {
    return allocation_fails() ? nullptr : __libc_realloc(old, size);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*function)(void*),
                   void* argument) {
    static auto* const real =
        next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
    if (++threads == the_plan().thread_point) return EAGAIN;
    return real(thread, attributes, function, argument);
}

int clock_gettime(clockid_t clock, timespec* now) {
    *now = true_time(clock);
    if (clock == CLOCK_REALTIME) *now = wall().apply(*now);
    if (clock == CLOCK_MONOTONIC) *now = steady().apply(*now);
    return 0;
}

time_t time(time_t* out) {
    const auto now = wall().apply(true_time(CLOCK_REALTIME)).tv_sec;
    if (out != nullptr) *out = now;
    return now;
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
    static auto* const real =
        next<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>("pthread_cond_clockwait");
    timespec at = *until;
    if (clock == CLOCK_MONOTONIC) at.tv_sec -= steady().ahead();
    if (clock == CLOCK_REALTIME) at.tv_sec -= wall().ahead();
    return real(condition, mutex, clock, &at);
}

void _exit(int status) {
    write_log();
    ::syscall(SYS_exit_group, status);
    __builtin_unreachable();
}

}  // extern "C"
