// Misbehaving far sides as real sockets: can the request have arrived, yes or no?
#include "adapters/kit/http_client.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "tests/unit/adapters/kit/fake_peer.h"
#include "tools/stage/port_lease.h"

namespace yht::kit {
namespace {

using ::testing::HasSubstr;
using Talk = FakePeer::Talk;

constexpr std::int64_t kStalledMillis = 150;  // after so long a test's client gives up a peer that never answers
constexpr std::int64_t kPlentyMillis = 60'000;

class HttpClientTest : public ::testing::Test {
protected:
    base::SystemClock clock;
    base::ManualClock manual_clock{0};
    HttpRequest request{
        .path = "/push", .fields = {{"Content-Type", "application/json"}}, .body = "{}"};

    std::unique_ptr<HttpClient> clientFor(
        const std::string& url, std::int64_t timeout_ms = kPlentyMillis
    ) {
        return clientFor(url, timeout_ms, clock);
    }
    static std::unique_ptr<HttpClient> clientFor(
        const std::string& url, std::int64_t timeout_ms, const base::Clock& clock
    ) {
        return *HttpClient::make(
            {.base_url = url, .timeout_ms = timeout_ms, .answer_bytes_max = 1000},
            gatewayContexts(), clock
        );
    }
    HttpAnswer post(FakePeer& peer, std::int64_t timeout_ms = kPlentyMillis) {
        return clientFor(peer.url(), timeout_ms)->post(request);
    }
    /// On a clock that stands until the peer's script lets time pass.
    HttpAnswer postOnManualClock(FakePeer& peer) {
        return clientFor(peer.url(), kStalledMillis, manual_clock)->post(request);
    }
    static void expectUnreadable(const HttpAnswer& answer) {
        EXPECT_EQ(answer.outcome, HttpOutcome::Unknown);
        EXPECT_TRUE(answer.unreadable) << answer.detail;
    }
    static void expectLost(const HttpAnswer& answer) {
        EXPECT_EQ(answer.outcome, HttpOutcome::Unknown);
        EXPECT_FALSE(answer.unreadable) << answer.detail;
    }
    static void expectGivenUp(const HttpAnswer& answer) {
        expectLost(answer);
        EXPECT_EQ(answer.detail, "no complete answer in time");
    }
};

TEST_F(HttpClientTest, PostsAndReadsTheAnswer) {
    std::string seen;
    FakePeer peer([&](Talk& talk) {
        seen = talk.request();
        talk.answer("ok", "X-One: 1\r\n");
    });
    const auto answer = post(peer);
    ASSERT_EQ(answer.outcome, HttpOutcome::Answered) << answer.detail;
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "ok");
    EXPECT_EQ(answer.field("x-one"), "1");
    peer.waitForEnded(1);
    EXPECT_THAT(seen, HasSubstr("POST /push HTTP/1.1\r\nHost: 127.0.0.1:"));
    EXPECT_THAT(seen, HasSubstr("Content-Length: 2\r\n\r\n{}"));
}

TEST_F(HttpClientTest, OneConnectionServesManyRequests) {
    FakePeer peer([](Talk& talk) {
        while (!talk.request().empty()) talk.answer("ok");
    });
    auto client = clientFor(peer.url());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client->post(request).body, "ok");
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(HttpClientTest, AnAnswerInChunksIsPutTogether) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.send(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n"
        );
        talk.waitForClose();
    });
    EXPECT_EQ(post(peer).body, "abcde");
}

TEST_F(HttpClientTest, ALargeRequestArrivesWhole) {
    std::string seen;
    FakePeer peer([&](Talk& talk) {
        seen = bodyOfRequest(talk.request());
        talk.answer("ok");
    });
    request.body = std::string(3'000'000, 'x');
    EXPECT_EQ(post(peer).body, "ok");
    peer.waitForEnded(1);
    EXPECT_EQ(seen, request.body);
}

TEST_F(HttpClientTest, InterimAnswersAreSkipped) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.send("HTTP/1.1 100 Continue\r\n\r\n");
        talk.answer("ok");
    });
    EXPECT_EQ(post(peer).body, "ok");
}

TEST_F(HttpClientTest, NobodyListeningIsNotSent) {
    const stage::PortLease port;
    const auto url = "https://127.0.0.1:" + std::to_string(port);
    EXPECT_EQ(clientFor(url)->post(request).outcome, HttpOutcome::NotSent);
}

TEST_F(HttpClientTest, AServerOfAnotherRootIsNotSent) {
    test::Pki strangers("strangers");
    FakePeer peer(
        [](Talk& talk) {
            talk.request();
            talk.answer("ok");
        },
        strangers.province()
    );
    EXPECT_EQ(post(peer).outcome, HttpOutcome::NotSent);
}

TEST_F(HttpClientTest, AServerOfAnotherNameIsNotSent) {
    const auto other =
        test::sharedPki().issue({.name = "other", .dns = {"other.example"}, .ip = {}});
    FakePeer peer(
        [](Talk& talk) {
            talk.request();
            talk.answer("ok");
        },
        other
    );
    EXPECT_EQ(post(peer).outcome, HttpOutcome::NotSent);
}

// Accepts the TCP connection and says nothing: the script, and with it the handshake, never reads.
TEST_F(HttpClientTest, AHandshakeThatStallsIsNotSent) {
    std::atomic<bool> done = false;
    FakePeer peer([&](Talk&) { done.wait(false); });
    EXPECT_EQ(post(peer, kStalledMillis).outcome, HttpOutcome::NotSent);
    done = true;
    done.notify_all();
}

TEST_F(HttpClientTest, ClosedBeforeTheAnswerIsUnknown) {
    FakePeer peer([](Talk& talk) { talk.request(); });
    expectLost(post(peer));
}

TEST_F(HttpClientTest, CutMidAnswerIsUnknown) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\":\"200\"");
    });
    expectLost(post(peer));
}

TEST_F(HttpClientTest, CutMidHeaderIsUnknown) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.send("HTTP/1.1 200 OK\r\nContent-");
    });
    expectLost(post(peer));
}

TEST_F(HttpClientTest, AnAnswerThatNeverComesIsUnknownAfterTheTimeout) {
    FakePeer peer([this](Talk& talk) {
        talk.request();
        manual_clock.advance(kStalledMillis);
        talk.waitForClose();
    });
    expectGivenUp(postOnManualClock(peer));
}

// One deadline for the whole exchange: with one a read, this peer would hold the courier to the last of its 900 bytes.
TEST_F(HttpClientTest, AByteNowAndThenDoesNotHoldTheCourier) {
    constexpr std::int64_t kPaceMillis = 20;
    std::mutex mutex;
    std::condition_variable stopped;
    bool stop = false;
    FakePeer peer([&](Talk& talk) {
        talk.request();
        talk.send("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
        for (int i = 0; i < 899; ++i) {
            manual_clock.advance(kPaceMillis);
            talk.send("x");
        }
        // Who still waits for the last one gets it, and a whole answer with it.
        std::unique_lock lock(mutex);
        if (!stopped.wait_for(lock, std::chrono::milliseconds(kPlentyMillis), [&] { return stop; })) talk.send("x");
    });
    expectGivenUp(postOnManualClock(peer));
    const std::lock_guard lock(mutex);
    stop = true;
    stopped.notify_all();
}

TEST_F(HttpClientTest, AnOversizeAnswerIsUnreadable) {
    FakePeer declared([](Talk& talk) {
        talk.request();
        talk.send("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'));
    });
    expectUnreadable(post(declared));
    FakePeer chunked([](Talk& talk) {
        talk.request();
        talk.send(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x')
        );
        talk.waitForClose();
    });
    expectUnreadable(post(chunked));
    FakePeer to_close([](Talk& talk) {
        talk.request();
        talk.send("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'));
        talk.waitForClose();
    });
    expectUnreadable(post(to_close));
}

TEST_F(HttpClientTest, AnOversizeHeaderIsUnreadable) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.send("HTTP/1.1 200 OK\r\nX: " + std::string(kAnswerHeaderBytesMax, 'x') + "\r\n\r\n");
        talk.waitForClose();
    });
    expectUnreadable(post(peer));
}

TEST_F(HttpClientTest, FieldsOfAnAnswerAreBounded) {
    const auto with = [&](int fields) {
        FakePeer peer([&](Talk& talk) {
            talk.request();
            std::string more;
            for (int i = 1; i < fields; ++i) more += "X: 1\r\n";
            talk.send("HTTP/1.1 200 OK\r\n" + more + "Content-Length: 2\r\n\r\nok");
            talk.waitForClose();
        });
        return post(peer);
    };
    EXPECT_EQ(with(kAnswerFieldsMax).body, "ok");
    expectUnreadable(with(kAnswerFieldsMax + 1));
}

TEST_F(HttpClientTest, FieldsBehindAnAnswerAreBoundedToo) {
    const auto with = [&](int fields) {
        FakePeer peer([&](Talk& talk) {
            talk.request();
            std::string trailers;
            for (int i = 0; i < fields; ++i) trailers += "T: 1\r\n";
            talk.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + trailers + "\r\n");
            talk.waitForClose();
        });
        return post(peer);
    };
    EXPECT_EQ(with(kAnswerFieldsMax).body, "ok");
    expectUnreadable(with(kAnswerFieldsMax + 1));
}

TEST_F(HttpClientTest, AnswersBeforeTheAnswerAreBounded) {
    const auto with = [&](int interim) {
        FakePeer peer([&](Talk& talk) {
            talk.request();
            for (int i = 0; i < interim; ++i) talk.send("HTTP/1.1 103 Early Hints\r\n\r\n");
            talk.answer("ok");
            talk.waitForClose();
        });
        return post(peer);
    };
    EXPECT_EQ(with(kInterimAnswersMax).body, "ok");
    expectUnreadable(with(kInterimAnswersMax + 1));
}

TEST_F(HttpClientTest, AnAmbiguousLengthIsUnreadable) {
    for (const char* fields :
         {"Content-Length: 2\r\nContent-Length: 3\r\n",
          "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 2x\r\n",
          "Transfer-Encoding: gzip\r\n"}) {
        FakePeer peer([&](Talk& talk) {
            talk.request();
            talk.send("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\nok");
            talk.waitForClose();
        });
        expectUnreadable(post(peer));
    }
}

TEST_F(HttpClientTest, GarbageIsUnreadable) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.send("what do you want?\r\n\r\n");
        talk.waitForClose();
    });
    expectUnreadable(post(peer));
}

// The far side closed while the connection was idle: noticed before anything is written.
TEST_F(HttpClientTest, AClosedIdleConnectionIsReplacedUnseen) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.answer("ok");
    });
    auto client = clientFor(peer.url());
    EXPECT_EQ(client->post(request).body, "ok");
    peer.waitForEnded(1);
    EXPECT_EQ(client->post(request).body, "ok");
    EXPECT_EQ(peer.connections(), 2);
}

// It took the request on a kept-alive connection and closed without a byte of answer.
TEST_F(HttpClientTest, AKeptConnectionThatClosesAfterTheRequestIsUnknown) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.answer("ok");
        talk.request();
    });
    auto client = clientFor(peer.url());
    EXPECT_EQ(client->post(request).body, "ok");
    expectLost(client->post(request));
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(HttpClientTest, ARepeatableRequestIsThenTriedOnceMore) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.answer("ok " + std::to_string(talk.number));
        talk.request();
    });
    auto client = clientFor(peer.url());
    request.may_repeat = true;
    EXPECT_EQ(client->post(request).body, "ok 1");
    EXPECT_EQ(client->post(request).body, "ok 2");
}

TEST_F(HttpClientTest, AnAnswerThatBeganIsNotRepeated) {
    FakePeer peer([](Talk& talk) {
        talk.request();
        talk.answer("ok");
        talk.request();
        talk.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    });
    auto client = clientFor(peer.url());
    request.may_repeat = true;
    EXPECT_EQ(client->post(request).body, "ok");
    expectLost(client->post(request));
    EXPECT_EQ(peer.connections(), 1);
}

TEST_F(HttpClientTest, AFailedSecondTryDoesNotMakeTheFirstUnsent) {
    const stage::PortLease port;  // where nobody else listens once the peer has stopped
    FakePeer* itself = nullptr;
    const auto script = [&](Talk& talk) {
        talk.request();
        talk.answer("ok");
        talk.request();
        itself->stopListening();
    };
    FakePeer peer(script, test::sharedPki().province(), port);
    itself = &peer;
    auto client = clientFor(peer.url());
    request.may_repeat = true;
    EXPECT_EQ(client->post(request).body, "ok");
    expectLost(client->post(request));
}

TEST_F(HttpClientTest, AnswerWithConnectionCloseIsNotKept) {
    FakePeer peer([](Talk& talk) {
        while (!talk.request().empty()) talk.answer("ok", "Connection: close\r\n");
    });
    auto client = clientFor(peer.url());
    EXPECT_EQ(client->post(request).body, "ok");
    EXPECT_EQ(client->post(request).body, "ok");
    EXPECT_EQ(peer.connections(), 2);
}

TEST_F(HttpClientTest, AnAddressThatIsNoHttpsAddressIsRefused) {
    for (const char* url : {"http://a:1", "https://", "https://a/b", "a:1", "https://u@a:1"}) {
        const auto client = HttpClient::make({.base_url = url}, gatewayContexts(), clock);
        ASSERT_FALSE(client) << url;
        EXPECT_EQ(client.error().code, base::ErrorCode::ConfigInvalid);
    }
}

}  // namespace
}  // namespace yht::kit
