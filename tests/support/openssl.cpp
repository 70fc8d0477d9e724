#include "tests/support/openssl.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

extern char** environ;

namespace yht::test {

Told openssl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    int pipes[2];
    if (::pipe2(pipes, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, pipes[1], 1);
    posix_spawn_file_actions_adddup2(&files, pipes[1], 2);
    pid_t child = 0;
    const int spawned = posix_spawnp(&child, argv[0], &files, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    ::close(pipes[1]);
    Told told;
    char part[4096];
    for (ssize_t got = ::read(pipes[0], part, sizeof part); got > 0; got = ::read(pipes[0], part, sizeof part)) {
        told.text.append(part, static_cast<std::size_t>(got));
    }
    ::close(pipes[0]);
    int status = 0;
    if (spawned != 0 || ::waitpid(child, &status, 0) != child) throw std::runtime_error("openssl can't be started");
    told.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return told;
}

std::string mustOpenssl(std::vector<std::string> arguments) {
    const std::string name = arguments.at(0);
    const Told told = openssl(std::move(arguments));
    if (told.exit_code != 0) throw std::runtime_error("openssl " + name + ": " + told.text);
    return told.text;
}

Scratch::Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "yht-scratch-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("can't make a temporary directory");
    directory_ = pattern;
}

Scratch::~Scratch() {
    std::error_code ignored;  // nothing can be done about it here
    std::filesystem::remove_all(directory_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& content) const {
    writeFile(directory_ / name, content);
    return *this / name;
}

}  // namespace yht::test
