// What may be asked for a stranger's URL, against a real server over real TLS.
#include "adapters/kit/transport/guarded_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/unit/adapters/kit/transport/file_server.h"
#include "tools/stage/port_lease.h"

namespace yht::kit {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class GuardedFetch : public testing::Test {
protected:
    FetchRules rules() {
        return {.hosts = {server_.host()}, .ca_path = test::sharedPki().rootFile(), .timeout_ms = 20'000, .bytes_max = 1000};
    }
    /// What came, or the wire code.
    std::string fetch(const std::string& url, const FetchRules& rules) {
        std::string content;
        const auto done = guardedFetch({.url = url}, rules, [&](std::string_view piece) -> base::Status {
            content += piece;
            return {};
        });
        if (!done.ok()) detail_ = done.error().detail;
        return done.ok() ? content : done.error().row().wire;
    }
    std::string fetch(const std::string& path) { return fetch(server_.url(path), rules()); }

    bool wasAsked(const std::string& path) {
        const auto asked = server_.asked();
        return std::any_of(asked.begin(), asked.end(), [&](const auto& one) { return one.target == path; });
    }

    test::FileServer server_;
    std::string detail_;
};

TEST_F(GuardedFetch, AFileComesWhole) {
    server_.give("/a.png?x=%20", "content");
    EXPECT_EQ("content", fetch("/a.png?x=%20"));
}

TEST_F(GuardedFetch, OnlyListedHostsAreAsked) {
    server_.give("/a", "content");
    auto others = rules();
    others.hosts = {"files.example", "127.0.0.1"};  // another port than the server's
    EXPECT_EQ("attachment.host_not_allowed", fetch(server_.url("/a"), others));
    EXPECT_EQ("host", detail_);
    others.hosts = {};
    EXPECT_EQ("attachment.host_not_allowed", fetch(server_.url("/a"), others));
    EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(GuardedFetch, P27_ANameThatLeadsInsideIsRefusedWhereTheAddressIsNotListed) {
    server_.give("/a", "content");
    const std::string port = ":" + std::to_string(server_.port());
    auto named = rules();
    named.hosts = {"localhost" + port};
    EXPECT_EQ("attachment.host_not_allowed", fetch("https://localhost" + port + "/a", named));
    EXPECT_EQ("address", detail_);
    EXPECT_THAT(server_.asked(), IsEmpty());
    named.hosts = {"localhost" + port, "127.0.0.1"};
    EXPECT_EQ("content", fetch("https://localhost" + port + "/a", named));
}

TEST_F(GuardedFetch, OddSpellingsOfAnInnerAddressDoNotPass) {
    const std::string port = std::to_string(server_.port());
    for (const char* host : {"2130706433", "0x7f000001", "0177.0.0.1", "127.1"}) {
        auto listed = rules();
        listed.hosts = {std::string(host) + ":" + port};
        EXPECT_EQ("attachment.host_not_allowed", fetch("https://" + listed.hosts[0] + "/a", listed)) << host;
    }
    EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(GuardedFetch, OtherSchemesAndUsersAreRefused) {
    for (const std::string url : {"file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/", "http://127.0.0.1/a", "/a", "", "\n",
                                  "https://user:word@127.0.0.1/a"}) {
        EXPECT_EQ("attachment.host_not_allowed", fetch(url, rules())) << url;
    }
    EXPECT_EQ("attachment.host_not_allowed", fetch("https://a:b@" + server_.host() + "/a", rules()));
    EXPECT_EQ("attachment.host_not_allowed", fetch(server_.url("/" + std::string(kFetchUrlBytesMax, 'a')), rules()));
    EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(GuardedFetch, PlainHttpOnlyWhereItIsSaid) {
    test::FileServer plain(false);
    plain.give("/a", "content");
    auto allowed = rules();
    allowed.hosts = {plain.host()};
    EXPECT_EQ("attachment.host_not_allowed", fetch(plain.url("/a"), allowed));
    allowed.plain_http = true;
    EXPECT_EQ("content", fetch(plain.url("/a"), allowed));
}

TEST_F(GuardedFetch, ACertificateOfAnotherAuthorityIsNotTaken) {
    server_.give("/a", "content");
    test::Pki other("another root");
    auto strange = rules();
    strange.ca_path = other.rootFile();
    EXPECT_EQ("peer.untrusted", fetch(server_.url("/a"), strange));
    EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(GuardedFetch, RedirectsStayWithTheirServer) {
    test::FileServer other;
    other.give("/a", "theirs");
    server_.give("/a", "content");
    server_.redirect("/near", "/a");
    server_.redirect("/far", other.url("/a"));
    server_.redirect("/down", "http://" + server_.host() + "/a");
    server_.redirect("/inside", "file:///etc/passwd");
    server_.redirect("/round", "/round");
    EXPECT_EQ("content", fetch("/near"));
    for (const char* path : {"/far", "/down", "/inside", "/round"}) {
        EXPECT_EQ("attachment.host_not_allowed", fetch(path)) << path;
    }
    auto both = rules();
    both.hosts.push_back(other.host());  // listed, and yet another than was asked
    EXPECT_EQ("attachment.host_not_allowed", fetch(server_.url("/far"), both));
    EXPECT_THAT(other.asked(), IsEmpty());
}

TEST_F(GuardedFetch, StatusesSayWhetherItMayPassByItself) {
    for (const int status : {400, 403, 404, 410, 204}) {
        server_.say("/s", status);
        EXPECT_EQ("delivery.refused", fetch("/s")) << status;
    }
    for (const int status : {429, 500, 503}) {
        server_.say("/s", status);
        EXPECT_EQ("delivery.peer_busy", fetch("/s")) << status;
    }
}

TEST_F(GuardedFetch, SizeIsBoundedWhileItStreams) {
    server_.give("/exact", std::string(1000, 'x'));
    server_.give("/over", std::string(1001, 'x'));
    server_.set("/endless", {.body = std::string(300, 'x'), .location = {}, .endless = true});
    EXPECT_EQ(std::string(1000, 'x'), fetch("/exact"));
    EXPECT_EQ("request.body_too_large", fetch("/over"));
    EXPECT_EQ("request.body_too_large", fetch("/endless"));
}

TEST_F(GuardedFetch, AnEndlessRefusalEndsToo) {
    server_.set("/endless", {.status = 404, .body = std::string(30'000, 'x'), .location = {}, .endless = true});
    EXPECT_EQ("delivery.refused", fetch("/endless"));
}

TEST_F(GuardedFetch, CutAndStalledAnswersAreLost) {
    server_.set("/cut", {.body = "half", .location = {}, .cut = true});
    EXPECT_EQ("delivery.answer_lost", fetch("/cut"));
    // A deadline that passes before anything was asked is another error: it is doubled until the server has been asked.
    auto hurried = rules();
    hurried.timeout_ms = 300;
    for (std::string path, told; !wasAsked(path); hurried.timeout_ms *= 2) {
        ASSERT_LT(hurried.timeout_ms, 100'000) << told;
        path = "/stalled-" + std::to_string(hurried.timeout_ms);
        server_.set(path, {.body = "half", .location = {}, .stalled = true});
        told = fetch(server_.url(path), hurried);
        if (wasAsked(path)) {
            EXPECT_EQ("delivery.answer_lost", told);
        }
    }
}

TEST_F(GuardedFetch, AStopEndsIt) {
    server_.set("/stalled", {.body = "half", .location = {}, .stalled = true});
    std::stop_source stop;
    base::Status done;
    std::jthread asking([&] {
        done = guardedFetch({.url = server_.url("/stalled")}, rules(), [&](std::string_view) -> base::Status {
            stop.request_stop();  // once it is under way
            return {};
        }, stop.get_token());
    });
    asking.join();
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(base::ErrorCode::PeerAnswerLost, done.error().code);
}

TEST_F(GuardedFetch, NobodyThereIsUnreachable) {
    const stage::PortLease port;
    auto there = rules();
    there.hosts = {"127.0.0.1:" + std::to_string(port)};
    EXPECT_EQ("delivery.peer_unreachable", fetch("https://127.0.0.1:" + std::to_string(port) + "/secret-path", there));
    EXPECT_THAT(detail_, Not(HasSubstr("secret-path")));
}

TEST_F(GuardedFetch, HeadersAndBodyGoWithIt) {
    server_.give("/post", "content");
    std::string content;
    const auto done = guardedFetch(
        {.url = server_.url("/post"), .post = true, .fields = {{"X-Token", "t"}, {"Content-Type", "application/json"}}, .body = "{}"},
        rules(), [&](std::string_view piece) -> base::Status { content += piece; return {}; }
    );
    ASSERT_TRUE(done.ok()) << base::describe(done.error());
    const auto asked = server_.asked();
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_EQ("POST", asked[0].method);
    EXPECT_EQ("{}", asked[0].body);
    EXPECT_EQ("t", asked[0].fields.at("X-Token"));
}

}  // namespace
}  // namespace yht::kit
