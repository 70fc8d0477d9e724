// A server that says what it likes where an SSH server would make its offer.
#include "adapters/kit/transport/ssh_offer.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

#include "gateway/base/bytes.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;

constexpr std::int64_t kPlentyMillis = 60'000;
constexpr std::int64_t kStalledMillis = 150;  // how long a test waits for a server that makes no offer

/// One connection, which the script may write to; it stays open until the client has gone.
class SshServer {
public:
    using Say = std::function<bool(const std::string&)>;  // false: the client has gone
    explicit SshServer(std::function<void(const Say&)> script) : script_(std::move(script)) { std::signal(SIGPIPE, SIG_IGN); }
    ~SshServer() { ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR); }  // whoever still waits for a client

    base::Result<std::vector<std::string>> offered(std::int64_t timeout_ms = kPlentyMillis) {
        return offeredHostKeys("127.0.0.1", socket_.address().port(), timeout_ms);
    }

private:
    void serve() {
        try {
            Poco::Net::StreamSocket client = socket_.acceptConnection();
            script_([&](const std::string& bytes) { return say(client, bytes); });
            char byte = 0;
            while (client.receiveBytes(&byte, 1) > 0) {
            }
        } catch (const Poco::Exception&) {
            return;  // it went without a word, or none came
        }
    }
    static bool say(Poco::Net::StreamSocket& client, const std::string& bytes) {
        try {
            client.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
            return true;
        } catch (const Poco::Exception&) {
            return false;
        }
    }

    const std::function<void(const Say&)> script_;
    Poco::Net::ServerSocket socket_{Poco::Net::SocketAddress("127.0.0.1", 0)};
    std::jthread serving_{[this] { serve(); }};
};

/// SSH_MSG_KEXINIT of that many bytes, padding in its place, length in front of it: one host key, and lists that nobody reads.
std::string offerOf(std::size_t bytes) {
    const auto list = [](const std::string& text) {
        std::string out;
        base::appendU32(out, static_cast<std::uint32_t>(text.size()));
        return out + text;
    };
    std::string packet = '\0' + ('\x14' + std::string(16, 'c')) + list("curve25519-sha256") + list("ssh-ed25519");
    packet.resize(bytes, 'x');
    return list(packet);
}

bool isNone(const base::Result<std::vector<std::string>>& offered) {
    return !offered.ok() && offered.error().code == ErrorCode::PeerAnswerInvalid;
}

TEST(SshOfferTest, IsAskedForBehindABanner) {
    SshServer server([](const SshServer::Say& say) { say("Welcome\r\nSSH-2.0-x\r\n" + offerOf(500)); });
    EXPECT_THAT(server.offered().value(), ElementsAre("ssh-ed25519"));
}

TEST(SshOfferTest, BytesOfAnOfferAreBounded) {
    SshServer most([](const SshServer::Say& say) { say("SSH-2.0-x\r\n" + offerOf(kSshOfferBytesMax)); });
    EXPECT_THAT(most.offered().value(), ElementsAre("ssh-ed25519"));
    SshServer more([](const SshServer::Say& say) { say("SSH-2.0-x\r\n" + offerOf(kSshOfferBytesMax + 1)); });
    EXPECT_TRUE(isNone(more.offered()));
}

/// A server that greets for ever is left.
TEST(SshOfferTest, LinesBeforeAnOfferAreBounded) {
    SshServer server([](const SshServer::Say& say) {
        constexpr int kEnough = 100'000;  // a reader without a bound comes to the offer
        for (int i = 0; i < kEnough && say("Welcome\r\n"); ++i) {
        }
        say("SSH-2.0-x\r\n" + offerOf(500));
    });
    EXPECT_TRUE(isNone(server.offered()));
}

/// One time for the whole: with one a read, this server would be waited for a thousand times as long.
TEST(SshOfferTest, AByteNowAndThenIsNoOffer) {
    std::mutex mutex;
    std::condition_variable stopped;
    bool stop = false;
    SshServer server([&](const SshServer::Say& say) {
        std::unique_lock lock(mutex);
        const auto waits = [&] { return !stopped.wait_for(lock, std::chrono::milliseconds(20), [&] { return stop; }); };
        for (int i = 0; i < 1'000 && say("W") && waits(); ++i) {
        }
        if (!stop) say("\r\nSSH-2.0-x\r\n" + offerOf(500));
    });
    EXPECT_FALSE(server.offered(kStalledMillis).ok());
    const std::lock_guard lock(mutex);
    stop = true;
    stopped.notify_all();
}

}  // namespace
}  // namespace yht::kit
