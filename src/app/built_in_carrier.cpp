#include "app/built_in_carrier.hpp"

#include <stdexcept>

namespace cardresolver::app {
namespace {

simulator::settings any_port() {
    simulator::settings settings;
    settings.listen = "127.0.0.1:0";
    return settings;
}

}  // namespace

built_in_carrier::built_in_carrier() : server_(any_port()) {
    std::string error;
    const auto url = carrier::parse_base_url(server_.url(), error);
    if (!url) throw std::runtime_error("the built-in carrier's URL: " + error);
    url_ = *url;
}

}  // namespace cardresolver::app
