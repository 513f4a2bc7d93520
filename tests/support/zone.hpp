// A local time zone for the length of a test.
#pragma once

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace cardresolver::support {

class zone {
public:
    explicit zone(const char* name) {
        if (const char* before = std::getenv("TZ")) before_ = before;
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~zone() {
        if (before_) {
            ::setenv("TZ", before_->c_str(), 1);
        } else {
            ::unsetenv("TZ");
        }
        ::tzset();
    }
    zone(const zone&) = delete;
    zone& operator=(const zone&) = delete;

private:
    std::optional<std::string> before_;
};

}  // namespace cardresolver::support
