// Who may come in, how, and what they are told: every row of the route table over real TLS.
#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Net/Session.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "tests/support/pki.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"
#include "tests/unit/gateway/intake/http/door_fixture.h"

namespace yht::http {
namespace {

using intake::appeal;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A path that fits the pattern.
std::string samplePath(const Route& route) {
    std::string path = route.path;
    for (auto open = path.find('{'); open != path.npos; open = path.find('{')) {
        path.replace(open, path.find('}') + 1 - open, "1");
    }
    return path;
}

std::string requestTo(const Route& route, const std::string& fields = "") {
    return std::string(route.method) + " " + samplePath(route) + " HTTP/1.1\r\nhost: h\r\n" +
           fields + "\r\n";
}

std::vector<Route> partnerRoutes() {
    std::vector<Route> routes;
    for (const auto& route : routeTable()) {
        if (route.listener == RouteListener::Partner) routes.push_back(route);
    }
    return routes;
}

// ---- the whole table

TEST_F(DoorTest, WithoutACertificateThereIsNoHandshakeOnAnyRow) {
    Poco::Net::Context::Params params;
    params.caLocation = test::sharedPki().rootFile();
    params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    const Poco::Net::Context::Ptr nobody =
        new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
    for (const auto& route : partnerRoutes()) {
        try {
            test::HttpClient client(door->partnerPort(), nobody);
            EXPECT_EQ(client.ask(requestTo(route)).status, 0) << route.path;
        } catch (const Poco::Exception&) {  // TLS 1.3 tells the client now or at its first read
        }
    }
}

TEST_F(DoorTest, AnUnknownCertificateIs403OnEveryRow) {
    for (const auto& route : partnerRoutes()) {
        const auto answer = stranger().ask(requestTo(route, "content-length: 0\r\n"));
        EXPECT_EQ(answer.status, 403) << route.path;
        EXPECT_EQ(codeOf(answer), "speaker.certificate_unknown") << route.path;
    }
}

TEST_F(DoorTest, AnUnknownCertificateLearnsOfNoPath) {
    EXPECT_EQ(codeOf(stranger().get("/v1/nowhere")), "speaker.certificate_unknown");
    EXPECT_EQ(codeOf(get("guest", "/v1/nowhere")), "request.not_found");
}

TEST_F(DoorTest, AStoppedPartnerIs403OnEveryRow) {
    for (const auto& route : partnerRoutes()) {
        EXPECT_EQ(
            codeOf(connect("ceased").ask(requestTo(route, "content-length: 0\r\n"))),
            "speaker.partner_stopped"
        );
    }
}

TEST_F(DoorTest, WithoutTheRightARowIs403) {
    for (const auto& route : partnerRoutes()) {
        const auto answer = connect("guest").ask(requestTo(route, "content-length: 0\r\n"));
        if (route.rights == 0) {
            EXPECT_NE(answer.status, 403) << route.path;
        } else {
            EXPECT_EQ(answer.status, 403) << route.path;
            EXPECT_EQ(codeOf(answer), "speaker.right_missing") << route.path;
        }
    }
}

TEST_F(DoorTest, ABodyBeyondTheRowsLimitIs413AnnouncedOrChunked) {
    change("guest", [](trust::Partner& p) {
        p.grants = {
            {trust::Right::SubmitOwn, ""},
            {trust::Right::ReadOwn, ""},
            {trust::Right::ReadEvidence, ""}};
    });
    for (const auto& route : partnerRoutes()) {
        if (route.body == Body::Streamed) continue;  // attachments_test.cpp
        const auto size = route.body_bytes_max + 1;
        auto announced = connect("guest");
        EXPECT_EQ(
            codeOf(announced.ask(requestTo(
                route,
                "content-type: application/json\r\ncontent-length: " + std::to_string(size) + "\r\n"
            ))),
            "request.body_too_large"
        ) << route.path;
        auto chunked = connect("guest");
        chunked.send(
            requestTo(route, "content-type: application/json\r\ntransfer-encoding: chunked\r\n")
        );
        std::ostringstream chunk_line;
        chunk_line << std::hex << size << "\r\n";
        chunked.send(chunk_line.str() + std::string(size, ' '));
        EXPECT_EQ(codeOf(chunked.receive()), "request.body_too_large") << route.path;
    }
}

TEST_F(DoorTest, AnotherMethodIs405WithThoseAllowed) {
    const auto answer = connect("police").ask("DELETE /v1/records HTTP/1.1\r\nhost: h\r\n\r\n");
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.fields.at("allow"), "POST");
}

TEST_F(DoorTest, APostWithoutLengthIs411AndOneThatIsNoJson415) {
    EXPECT_EQ(
        codeOf(connect("police").ask(
            "POST /v1/records HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n\r\n"
        )),
        "request.length_required"
    );
    EXPECT_EQ(
        codeOf(connect("police").ask("POST /v1/records HTTP/1.1\r\nhost: h\r\ncontent-type: "
                                     "text/xml\r\ncontent-length: 2\r\n\r\n{}")),
        "request.media_type_unsupported"
    );
}

TEST_F(DoorTest, ProblemsAreProblemDocumentsAndNameNoVersion) {
    const auto answer = get("police", "/v1/tickets?source=zz110&source=zz12345");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.fields.at("content-type"), "application/problem+json");
    EXPECT_EQ(answer.fields.at("server"), "yht");
    EXPECT_EQ(answer.fields.at("cache-control"), "no-store");
    EXPECT_EQ(member(answer, "type"), "urn:yht:error:request.parameter_invalid");
}

TEST_F(DoorTest, WhatIsNoHttpIsAnswered400AsAProblem) {
    EXPECT_EQ(codeOf(connect("police").ask("nonsense\r\n\r\n")), "request.malformed");
}

// ---- live changes of trust

TEST_F(DoorTest, ARevocationActsOnTheNextRequestOfALiveConnection) {
    auto client = connect("police");
    EXPECT_EQ(client.get("/v1/codes/channel").status, 200);
    change("police", [](trust::Partner& p) { p.certificates.front().revoked = true; });
    const auto answer = client.get("/v1/codes/channel");
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(codeOf(answer), "speaker.certificate_revoked");
    change("police", [](trust::Partner& p) { p.certificates.front().revoked = false; });
    EXPECT_EQ(client.get("/v1/codes/channel").status, 200);
}

TEST_F(DoorTest, ARevocationActsOnAResumedSessionToo) {
    const auto files = test::sharedPki().partner("police");
    const auto context = *trust::clientContext(
        {.certificate_chain_pem = files.certificate,
         .private_key_pem = files.private_key,
         .peer_ca_pem = files.ca}
    );
    const Poco::Net::SocketAddress address("127.0.0.1", door->partnerPort());
    Poco::Net::SecureStreamSocket first(address, "127.0.0.1", context);
    test::HttpClient before(first);
    EXPECT_EQ(before.get("/v1/codes/channel").status, 200);
    change("police", [](trust::Partner& p) { p.certificates.front().revoked = true; });
    Poco::Net::SecureStreamSocket resumed(address, "127.0.0.1", context, first.currentSession());
    test::HttpClient after(resumed);
    EXPECT_EQ(codeOf(after.get("/v1/codes/channel")), "speaker.certificate_revoked");
    EXPECT_TRUE(resumed.sessionWasReused());
}

TEST_F(DoorTest, ARightTakenAwayActsOnTheNextRequest) {
    auto client = connect("police");
    EXPECT_EQ(codeOf(client.get("/v1/checkpoint")), "request.not_found");  // an empty ledger
    change("police", [](trust::Partner& p) { p.grants.clear(); });
    EXPECT_EQ(codeOf(client.get("/v1/checkpoint")), "speaker.right_missing");
}

TEST_F(DoorTest, AServerCertificateSwappedWhileItRunsActsOnTheNextConnection) {
    auto live = connect("police");
    const auto renewed = test::sharedPki().issue({.name = "renewed"});
    contexts->replace(*trust::serverContext(
        {.certificate_chain_pem = renewed.certificate,
         .private_key_pem = renewed.private_key,
         .peer_ca_pem = renewed.ca}
    ));
    auto next = connect("police");
    auto& socket = dynamic_cast<Poco::Net::SecureStreamSocketImpl&>(*next.socket().impl());
    EXPECT_EQ(socket.peerCertificate().commonName(), "renewed");
    EXPECT_EQ(live.get("/v1/codes/channel").status, 200);
    EXPECT_EQ(next.get("/v1/codes/channel").status, 200);
}

TEST_F(DoorTest, OneConnectionMoreThanACertificateMayHaveIs429) {
    change("police", [](trust::Partner& p) { p.connections_max = 1; });
    auto first = connect("police");
    EXPECT_EQ(first.get("/v1/codes/channel").status, 200);
    auto second = connect("police");
    EXPECT_EQ(codeOf(second.get("/v1/codes/channel")), "request.too_many");
    EXPECT_TRUE(second.closedByPeer());
    EXPECT_EQ(first.get("/v1/codes/channel").status, 200);
}

TEST_F(DoorTest, WhoTakesAllTheConnectionsHeMayLeavesPlacesForOthers) {
    reopen([](DoorOptions& options) { options.partner_limits.connections_max = 8; });
    std::vector<test::HttpClient> many;
    for (int i = 0; i < 4; ++i) {
        many.push_back(connect("police"));
        EXPECT_EQ(many.back().get("/v1/codes/channel").status, 200);
    }
    const auto refused = connect("police").get("/v1/codes/channel");
    EXPECT_EQ(codeOf(refused), "request.too_many");
    EXPECT_TRUE(refused.fields.contains("retry-after"));
    EXPECT_EQ(connect("water").get("/v1/codes/channel").status, 200);
    for (auto& one : many) EXPECT_EQ(one.get("/v1/codes/channel").status, 200);
}

// ---- signatures

TEST_F(DoorTest, AnUnsignedPostIs401) {
    const auto answer = connect("police").ask(
        "POST /v1/records HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: "
        "2\r\n\r\n{}"
    );
    EXPECT_EQ(answer.status, 401);
    EXPECT_THAT(answer.fields.at("accept-signature"), HasSubstr("content-digest"));
}

TEST_F(DoorTest, ABodyChangedOnTheWayIs401WithoutShowingIt) {
    std::string request = signedPost("police", appeal("zz110", "a1"));
    request.replace(request.find("a1"), 2, "a2");
    const auto answer = connect("police").ask(request);
    EXPECT_EQ(codeOf(answer), "signature.digest_mismatch");
    EXPECT_THAT(answer.body, Not(HasSubstr("a2")));
}

TEST_F(DoorTest, AnothersSignatureIs401WithTheBaseAsWeBuiltIt) {
    std::string request = signedPost("police", appeal("zz110", "a1"));
    const auto created = request.find("created=");
    ASSERT_NE(created, request.npos);
    request[created + 8 + 9] =
        request[created + 8 + 9] == '0' ? '1' : '0';  // a second the signer did not sign
    const auto answer = connect("police").ask(request);
    EXPECT_EQ(codeOf(answer), "signature.invalid");
    EXPECT_THAT(member(answer, "signature_base"), HasSubstr("\"@method\": POST"));
}

TEST_F(DoorTest, TheConnectionGoesOnAfterARefusedSignature) {
    auto client = connect("police");
    std::string request = signedPost("police", appeal("zz110", "a1"));
    request.replace(request.find("a1"), 2, "a2");
    EXPECT_EQ(client.ask(request).status, 401);
    EXPECT_EQ(client.ask(signedPost("police", appeal("zz110", "a1"))).status, 201);
}

TEST_F(DoorTest, AnAnswerIsSignedWhenAskedAndBoundToItsRequest) {
    const auto answer =
        get("police", "/v1/codes/channel?x=1",
            "accept-signature: sig=(\"@status\");tag=\"yht\"\r\n");
    ASSERT_TRUE(answer.fields.contains("signature"));
    trust::HttpHead head;
    head.status = answer.status;
    for (const char* name : {"content-type", "content-digest", "signature-input", "signature"}) {
        head.set(name, answer.fields.at(name));
    }
    trust::HttpHead request;
    request.method = "GET";
    request.target_uri = std::string(kBaseUrl) + "/v1/codes/channel?x=1";
    EXPECT_TRUE(trust::checkContentDigest(head, answer.body).ok());
    const auto input = trust::readSignature(head);
    ASSERT_TRUE(input.ok());
    const auto base = trust::signatureBase(head, *input, &request);
    ASSERT_TRUE(base.ok());
    const auto key = keyOf("gateway");
    EXPECT_EQ(input->keyid, key.keyid);
    EXPECT_EQ(
        *key.key.publicKey().verify(key.algorithm, *base, input->signature),
        crypto::SignatureVerdict::Valid
    );
}

TEST_F(DoorTest, AnAnswerIsNotSignedUnasked) {
    EXPECT_FALSE(get("police", "/v1/codes/channel").fields.contains("signature"));
}

// ---- the admin listener

TEST_F(DoorTest, HealthReadinessAndMetricsAreLocalOnly) {
    EXPECT_EQ(admin().get("/healthz").status, 200);
    EXPECT_EQ(member(admin().get("/readyz"), "ready"), "");
    EXPECT_EQ(admin().get("/readyz").status, 200);
    EXPECT_EQ(admin().get("/v1/checkpoint").status, 404);
    EXPECT_EQ(codeOf(get("police", "/healthz")), "request.not_found");
}

TEST_F(DoorTest, TheAdminListenerTakesSoManyConnectionsAndClosesOneMore) {
    std::vector<std::unique_ptr<test::HttpClient>> open;
    while (open.size() < kAdminConnectionsMax) {
        open.push_back(std::make_unique<test::HttpClient>(door->adminPort()));
        ASSERT_EQ(open.back()->get("/healthz").status, 200) << open.size();
    }
    EXPECT_EQ(admin().get("/healthz").status, 0);
    EXPECT_EQ(open.front()->get("/healthz").status, 200);
    EXPECT_EQ(get("police", "/v1/codes/channel").status, 200);  // partners have places of their own
    open.pop_back();
    while (admin().get("/healthz").status != 200) std::this_thread::yield();
}

TEST_F(DoorTest, OneFailedCheckMakesItUnready) {
    reopen([](DoorOptions& options) {
        options.readiness = {{"clock_sane", [] {
                                  return base::Status(base::makeError(base::ErrorCode::ClockWrong));
                              }}};
    });
    const auto answer = admin().get("/readyz");
    EXPECT_EQ(answer.status, 503);
    EXPECT_THAT(
        answer.body, HasSubstr(R"({"name":"clock_sane","ok":false,"code":"server.clock_wrong"})")
    );
    EXPECT_THAT(answer.body, HasSubstr(R"({"name":"accepting","ok":true})"));
}

TEST_F(DoorTest, WhileTheClockIsKnownToBeWrongNoSignatureIsJudged) {
    reopen([](DoorOptions& options) {
        options.readiness = {
            {"clock_sane",
             [] { return base::Status(base::makeError(base::ErrorCode::ClockWrong)); }, true}};
    });
    const auto answer = post("police", appeal("zz110", "a1"));
    EXPECT_EQ(codeOf(answer), "server.clock_wrong");
    EXPECT_EQ(answer.fields.at("retry-after"), "5");
    EXPECT_EQ(get("police", "/v1/codes/channel").status, 200);
}

TEST_F(DoorTest, RequestsRefusedForTheClockHaveOneLineAmongThem) {
    std::mutex mutex;
    std::vector<std::string> lines;
    reopen([&](DoorOptions& options) {
        options.readiness = {
            {"clock_sane",
             [] { return base::Status(base::makeError(base::ErrorCode::ClockWrong, "70000 ms behind")); }, true}};
        options.logger = [&](const std::string& line) {
            const std::lock_guard lock(mutex);
            lines.push_back(line);
        };
    });
    for (const char* ref : {"a1", "a2", "a3"}) {
        EXPECT_EQ(codeOf(post("police", appeal("zz110", ref))), "server.clock_wrong");
    }
    door.reset();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_THAT(lines[0], HasSubstr("no signature is judged"));
    EXPECT_THAT(lines[0], HasSubstr("70000 ms behind"));
}

TEST(SignatureGuardTest, TellsWhenItBeginsAndWhenItEnds) {
    base::ManualClock clock(0);
    bool wrong = false;
    std::vector<std::string> lines;
    const SignatureGuard guard(
        clock,
        {{"clock_sane",
          [&] { return wrong ? base::Status(base::makeError(base::ErrorCode::ClockWrong)) : base::Status(); }, true}},
        [&](const std::string& line) { lines.push_back(line); }
    );
    for (const bool now_wrong : {false, true, true, false, false, true}) {
        wrong = now_wrong;
        clock.advance(2000);
        EXPECT_EQ(!wrong, guard.check().ok());
    }
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_THAT(lines[0], HasSubstr("no signature is judged"));
    EXPECT_THAT(lines[1], HasSubstr("judged again"));
    EXPECT_THAT(lines[2], HasSubstr("no signature is judged"));
}

TEST_F(DoorTest, RefusedSpeakersAreLoggedWithoutWhatTheySaid) {
    std::mutex mutex;
    std::string log;
    reopen([&](DoorOptions& options) {
        options.logger = [&](const std::string& line) {
            const std::lock_guard lock(mutex);
            log += line + "\n";
        };
    });
    get("ceased", "/v1/tickets?source=zz110&ticket_ref=J1");
    post("police", appeal("zz110", "a1", {{"title", ""}}));
    door.reset();
    EXPECT_EQ(log, "door: none partner=- speaker.partner_stopped\n");
}

/// Goal: a flood of bad signatures, each with another detail, is three lines.
TEST_F(DoorTest, AFloodOfBadSignaturesIsALineAtItsStartACountAMinuteAndALineAtItsEnd) {
    std::mutex mutex;
    std::vector<std::string> lines;
    reopenWith(manual_clock, [&](DoorOptions& options) {
        options.logger = [&](const std::string& line) {
            const std::lock_guard lock(mutex);
            lines.push_back(line);
        };
    });
    const auto spoiled = [&](int number) {
        std::string request = signedPost("police", appeal("zz110", "a1"));
        request.replace(request.rfind("a1"), 2, std::to_string(10 + number));
        EXPECT_EQ(401, connect("police").ask(request).status);
    };
    const std::string what = "door: /v1/records partner=police signature.digest_mismatch";
    for (int i = 0; i < 20; ++i) spoiled(i);
    EXPECT_EQ(401, connect("water").ask("POST /v1/records HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}").status);
    manual_clock.advance(base::kTroubleLineMillis);
    spoiled(20);
    manual_clock.advance(base::kTroubleLineMillis);
    get("police", "/v1/codes/channel");
    get("police", "/v1/codes/channel");
    door.reset();
    ASSERT_EQ(4U, lines.size()) << testing::PrintToString(lines);
    EXPECT_THAT(lines[0], StartsWith(what));
    EXPECT_THAT(lines[1], StartsWith("door: /v1/records partner=water signature."));
    EXPECT_THAT(lines[2], AllOf(StartsWith(what), HasSubstr("20 times since the last line 次")));
    EXPECT_THAT(lines[3], AllOf(StartsWith(what), HasSubstr("over 已结束, 次数 count 21")));
}

TEST_F(DoorTest, RefusalsOfAPartnerWhoseSignaturesKeepFailingAreHeldBackAndNothingElseIs) {
    using Clock = std::chrono::steady_clock;
    const auto held = [](const auto& ask) {
        const auto begin = Clock::now();
        ask();
        return Clock::now() - begin >= std::chrono::milliseconds(kRefusalHeldMs);
    };
    std::string spoiled = signedPost("police", appeal("zz110", "a1"));
    spoiled.replace(spoiled.rfind("a1"), 2, "a2");
    auto line = connect("police");
    const auto refuse = [&] { EXPECT_EQ(401, line.ask(spoiled).status); };
    // Of several in a row one is at once, however busy the machine is.
    const auto isOneAtOnce = [&](std::size_t times, const auto& ask) {
        bool at_once = false;
        for (std::size_t i = 0; i < times; ++i) at_once = !held([&] { ask(i); }) || at_once;
        return at_once;
    };
    EXPECT_TRUE(isOneAtOnce(kWrongSignaturesPerMinuteMax, [&](std::size_t) { refuse(); }));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(held(refuse)) << i;
    const auto isTaken = [&](std::size_t i) { mustTake("police", appeal("zz110", "good" + std::to_string(i))); };
    EXPECT_TRUE(isOneAtOnce(20, isTaken)) << "what is right is not held back";
}

TEST_F(DoorTest, MetricsCountRequestsByRouteAndStatus) {
    get("police", "/v1/codes/channel");
    get("police", "/v1/tickets/430200-20190418-0000123-7");
    mustTake("police", appeal("zz110", "a1"));
    const auto text = admin().get("/metrics").body;
    EXPECT_THAT(
        text,
        HasSubstr(R"(yht_door_requests_total{method="GET",route="/v1/codes/{list}",status="200"} 1)"
        )
    );
    EXPECT_THAT(
        text,
        HasSubstr(
            R"(yht_door_requests_total{method="GET",route="/v1/tickets/{ticket_no}",status="404"} 1)"
        )
    );
    EXPECT_THAT(text, HasSubstr(R"(yht_admission_items{verdict="created"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(yht_ledger_writer{counter="commits"})"));
    EXPECT_THAT(text, Not(HasSubstr("430200-")));
}

TEST_F(DoorTest, NothingOfARequestShowsInProblemsOrMetrics) {
    const auto answer = post(
        "police",
        appeal("zz110", "a1", {{"caller_phone", "19900000001 x 4321"}, {"caller_name", "\x01张三"}})
    );
    EXPECT_EQ(answer.status, 422);
    const auto text = admin().get("/metrics").body;
    for (const char* value : {"19900000001", "张三", "4321"}) {
        EXPECT_THAT(answer.body, Not(HasSubstr(value)));
        EXPECT_THAT(text, Not(HasSubstr(value)));
    }
}

TEST_F(DoorTest, APortThatIsTakenIsNamed) {
    DoorOptions options;
    options.partner_listen = Poco::Net::SocketAddress("127.0.0.1", door->partnerPort());
    options.admin_listen = Poco::Net::SocketAddress("127.0.0.1", 0);
    prometheus::Registry other;
    const auto second = Door::open(
        std::move(options), *contexts, *admission, ledger.store(), *verifier, clock, other
    );
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, base::ErrorCode::ConfigInvalid);
    EXPECT_THAT(second.error().detail, HasSubstr(std::to_string(door->partnerPort())));
}

}  // namespace
}  // namespace yht::http
