#include "app/commands.hpp"
#include "app/logging.hpp"
#include "app/process.hpp"

#include <string>
#include <vector>

int main(int argc, char** argv) {
    using namespace cardresolver::app;
    occupy_standard_streams();
    harden_process();
    start_logging();
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    leave(run_program(words));
}
