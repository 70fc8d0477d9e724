#include "tests/interop/outside_program.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace yht::interop {
namespace {

std::string readFile(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

std::string writeFile(
    const scenarios::Federation& federation, const std::string& name, const std::string& content
) {
    const auto path = federation.directory() + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

Outcome run(
    const scenarios::Federation& federation, const std::vector<std::string>& command,
    const std::string& input
) {
    const auto errors = federation.directory() + "/outside.log";
    std::filesystem::remove(errors);
    const auto in = writeFile(federation, "outside.in", input);
    // What comes on standard input is a file; "$0" and "$@" keep every word of the command as it
    // is.
    std::vector<std::string> words{"/bin/sh", "-c", "exec \"$@\" < \"$0\"", in};
    words.insert(words.end(), command.begin(), command.end());
    const auto finished = scenarios::runToEnd(words, errors);
    return {finished.exit_code, finished.output, readFile(errors)};
}

std::string credential(const scenarios::Federation& federation, const std::string& name) {
    return federation.directory() + "/pki/" + name;
}

}  // namespace yht::interop
