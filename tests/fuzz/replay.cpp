// Runs a harness over the files of its corpus, without libFuzzer: what fuzzing has found once stays found,
// with any compiler and sanitizer.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

int replay(const std::filesystem::path& folder) {
    int replayed = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        // A crash must show which file it was.
        std::printf("%s\n", entry.path().filename().c_str());
        std::fflush(stdout);
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
        ++replayed;
    }
    std::printf("%d files replayed\n", replayed);
    return replayed > 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fputs("usage: replay_NAME FOLDER\n", stderr);
        return 64;
    }
    try {
        return replay(words[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 66;
    }
}
