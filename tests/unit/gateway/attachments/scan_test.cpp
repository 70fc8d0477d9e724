#include "gateway/attachments/scan.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include "attachments_fixture.h"

namespace yht::attachments {
namespace {

class ScanTest : public AttachmentsTest {
protected:
    const base::Bytes content = png(300'000);

    /// What becomes of an upload under that script, and what is left of it.
    std::string verdict(const std::string& script, std::int64_t deadline_ms = 60'000) {
        auto with = options();
        with.scan = {.program = program("scan", script), .deadline_ms = deadline_ms};
        open(with);
        const auto code = codeOf(bring("p", content));
        EXPECT_EQ(0U, incoming().size());
        EXPECT_EQ(code == "ok", codeOf(store().find(digestOf(content))) == "ok");
        return code;
    }
};

TEST_F(ScanTest, TheProgramReadsTheWholeContentInClear) {
    EXPECT_EQ("ok", verdict("cat > '" + folder_ + "/seen'"));
    EXPECT_TRUE(content == readAll(folder_ + "/seen"));
}

TEST_F(ScanTest, Exit1Refuses) { EXPECT_EQ("attachment.malware", verdict("cat > /dev/null; exit 1")); }

TEST_F(ScanTest, ItMayRefuseBeforeItHasReadAll) { EXPECT_EQ("attachment.malware", verdict("exit 1")); }

TEST_F(ScanTest, CleanWithoutReadingAllIsNotChecked) { EXPECT_EQ("attachment.unchecked", verdict("exit 0")); }

TEST_F(ScanTest, AnotherExitCodeIsNotChecked) {
    EXPECT_EQ("attachment.unchecked", verdict("cat > /dev/null; exit 2"));
}

TEST_F(ScanTest, ASignalIsNotChecked) { EXPECT_EQ("attachment.unchecked", verdict("cat > /dev/null; kill -9 $$")); }

TEST_F(ScanTest, AProgramThatIsNotThereIsNotChecked) {
    auto with = options();
    with.scan.program = folder_ + "/missing";
    open(with);
    EXPECT_EQ("attachment.unchecked", codeOf(bring("p", content)));
}

TEST_F(ScanTest, PastTheDeadlineTheProgramAndItsChildrenAreEnded) {
    // The pipe is kept open by whoever is left of the program's group; at its end nobody is.
    ASSERT_EQ(0, ::mkfifo((folder_ + "/alive").c_str(), S_IRWXU));
    const auto alive = openFile(folder_ + "/alive", O_RDONLY | O_NONBLOCK);
    // The octet says that the program had come to have a child; with too short a deadline it had not.
    char octet = 0;
    std::int64_t deadline_ms = 300;
    do {
        ASSERT_LT(deadline_ms, 100'000);
        EXPECT_EQ("attachment.unchecked", verdict("exec 3>'" + folder_ + "/alive'; sleep 3600 & printf x >&3; sleep 3600", deadline_ms));
        deadline_ms *= 2;
    } while (::read(alive.get(), &octet, 1) != 1);
    pollfd ended{alive.get(), POLLIN, 0};
    EXPECT_EQ(1, ::poll(&ended, 1, 20'000));
}

TEST_F(ScanTest, WhatTheProgramLeavesBehindEndsWithIt) {
    ASSERT_EQ(0, ::mkfifo((folder_ + "/alive").c_str(), S_IRWXU));
    const auto alive = openFile(folder_ + "/alive", O_RDONLY | O_NONBLOCK);
    EXPECT_EQ("ok", verdict("exec 3>'" + folder_ + "/alive'; sleep 3600 & cat > /dev/null"));
    pollfd ended{alive.get(), POLLIN, 0};
    EXPECT_EQ(1, ::poll(&ended, 1, 20'000));
}

int tick_pipe = -1;
volatile sig_atomic_t ticks = 0;

/// Lets the program go on after many signals.
void tick(int) {
    constexpr int kTicks = 50;
    ticks = ticks + 1;
    if (ticks == kTicks) static_cast<void>(!::write(tick_pipe, "\n", 1));
}

TEST_F(ScanTest, ASignalToTheGatewayDoesNotEndTheWait) {
    ASSERT_EQ(0, ::mkfifo((folder_ + "/go").c_str(), S_IRWXU));
    const auto go = openFile(folder_ + "/go", O_RDWR);
    tick_pipe = go.get();
    struct sigaction action {}, before {};
    action.sa_handler = tick;  // without SA_RESTART
    ::sigaction(SIGALRM, &action, &before);
    const itimerval every_ms{{0, 1000}, {0, 1000}}, never{};
    ::setitimer(ITIMER_REAL, &every_ms, nullptr);
    const auto code = verdict("cat > /dev/null; read line < '" + folder_ + "/go'");
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before, nullptr);
    EXPECT_EQ("ok", code);
}

TEST_F(ScanTest, NoDescriptorOfOursReachesTheProgram) {
    const auto secret = openFile(folder_ + "/secret", O_RDWR | O_CREAT);
    const int inherited = ::dup(secret.get());  // without close-on-exec, as libraries open theirs
    EXPECT_EQ("ok", verdict("cat > /dev/null; ls -l /proc/$$/fd > '" + folder_ + "/fds'"));
    ::close(inherited);
    EXPECT_THAT(readAll(folder_ + "/fds"), testing::Not(testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace yht::attachments
