#include "app/logging.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace cardresolver::app {

void start_logging() {
    auto logger =
        std::make_shared<spdlog::logger>("cardresolver", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%n: %l: %v");
    logger->set_level(spdlog::level::info);
    logger->set_error_handler([](const std::string&) {});  // nobody reads standard error: go on without
    spdlog::set_default_logger(std::move(logger));
}

// The text is an argument, never the format: it may hold braces.
void log_error(std::string_view text) {
    spdlog::error("{}", text);
}
void log_warning(std::string_view text) {
    spdlog::warn("{}", text);
}
void log_info(std::string_view text) {
    spdlog::info("{}", text);
}

}  // namespace cardresolver::app
