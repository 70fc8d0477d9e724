#include "gateway/attachments/scan.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "gateway/base/clock.h"

namespace yht::attachments {
namespace {

using base::ErrorCode;

constexpr int kExitClean = 0;
constexpr int kExitRefused = 1;
constexpr int kFirstOtherDescriptor = 3;

base::Error unchecked(const std::string& detail) {
    return base::makeError(ErrorCode::AttachmentUnchecked, "attachments.scan_program: " + detail);
}

class Deadline {
public:
    explicit Deadline(std::int64_t after_ms) : at_ms_(clock_.steadyMillis() + after_ms) {}
    std::int64_t leftMillis() const { return at_ms_ - clock_.steadyMillis(); }

private:
    const base::SystemClock clock_;
    const std::int64_t at_ms_;
};

/// A program under way, in a process group of its own. What is left of it goes with this object.
class Program {
public:
    Program() = default;
    ~Program() {
        if (pid_ > 0) end();
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    base::Status start(const std::string& path, int input) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
        ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        // Sockets and files of ours must not reach it, whoever opened them.
        ::posix_spawn_file_actions_addclosefrom_np(&actions, kFirstOtherDescriptor);
        sigset_t none, pipe;
        ::sigemptyset(&none);
        ::sigemptyset(&pipe);
        ::sigaddset(&pipe, SIGPIPE);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &pipe);
        ::posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        );
        std::string name = path;
        std::string search = "PATH=/usr/local/bin:/usr/bin:/bin";
        char* const arguments[] = {name.data(), nullptr};
        char* const environment[] = {search.data(), nullptr};
        const int failed =
            ::posix_spawn(&pid_, path.c_str(), &actions, &attributes, arguments, environment);
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
        if (failed == 0) {
            handle_ = FileHandle(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
            return {};
        }
        pid_ = -1;
        return unchecked("does not start, errno " + std::to_string(failed));
    }

    /// Its wait status; nullopt where it has not ended in time.
    std::optional<int> wait(const Deadline& deadline) {
        pollfd ended{handle_.get(), POLLIN, 0};
        if (!handle_.isOpen()) return std::nullopt;
        int ready = -1;
        do {
            const auto left_ms = std::max<std::int64_t>(0, deadline.leftMillis());
            ready = ::poll(&ended, 1, static_cast<int>(left_ms));
        } while (ready < 0 && errno == EINTR);
        if (ready <= 0) return std::nullopt;
        // Not reaped yet, so the number is still its group's: what it has started goes with it.
        ::kill(-pid_, SIGKILL);
        return reap();
    }

private:
    int reap() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }
    void end() {
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL);  // before it has its group
        reap();
    }

    pid_t pid_ = -1;
    FileHandle handle_;  // readable when it has ended
};

struct Pipe {
    FileHandle read_end, write_end;
};

base::Result<Pipe> makePipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return ioError("pipe");
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    return Pipe{FileHandle(ends[0]), FileHandle(ends[1])};
}

enum class Fed : std::uint8_t { Whole, NotRead, Late };

/// One piece into the pipe.
Fed feed(int pipe, base::BytesView piece, const Deadline& deadline) {
    while (!piece.empty()) {
        const auto count = ::write(pipe, piece.data(), piece.size());
        if (count > 0) {
            piece.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return Fed::NotRead;
        pollfd writable{pipe, POLLOUT, 0};
        const auto left_ms = deadline.leftMillis();
        if (left_ms <= 0) return Fed::Late;
        ::poll(&writable, 1, static_cast<int>(left_ms));
    }
    return Fed::Whole;
}

base::Result<Fed> feedAll(int pipe, SealedReader& content, const Deadline& deadline) {
    for (std::uint64_t offset = 0; offset < content.facts().size_bytes;) {
        const auto piece = content.read(offset, kChunkBytes);
        if (!piece) return piece.error();
        const auto fed = feed(pipe, *piece, deadline);
        if (fed != Fed::Whole) return fed;
        offset += piece->size();
    }
    return Fed::Whole;
}

}  // namespace

base::Status scan(const ScanOptions& options, SealedReader& content) {
    if (options.program.empty()) return {};
    const Deadline deadline(options.deadline_ms);
    auto pipe = makePipe();
    if (!pipe) return pipe.error();
    Program program;
    if (auto started = program.start(options.program, pipe->read_end.get()); !started) return started;
    pipe->read_end = FileHandle();
    const auto fed = feedAll(pipe->write_end.get(), content, deadline);
    if (!fed) return fed.error();
    pipe->write_end = FileHandle();
    const auto status = program.wait(deadline);
    if (!status) return unchecked("not done within " + std::to_string(options.deadline_ms) + " ms");
    const int exit_code = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
    if (exit_code == kExitRefused) return base::makeError(ErrorCode::AttachmentRefused);
    if (exit_code != kExitClean) return unchecked("ended with wait status " + std::to_string(*status));
    if (*fed != Fed::Whole) return unchecked("said clean without reading all");
    return {};
}

}  // namespace yht::attachments
