// Commands that change something: their grammar, their table, and the socket that they come over.
#include "gateway/app/control_socket.h"

#include <Poco/Net/StreamSocket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "gateway/app/bundle.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_deliveries.h"
#include "gateway/app/control_history.h"
#include "gateway/app/control_quarantine.h"
#include "gateway/json/json.h"
#include "tests/unit/gateway/ledger/store/ledger_fixture.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

class ControlTest : public ledger::LedgerTest {
protected:
    ControlTest() {
        open();
        std::filesystem::create_directory(deployment());
        write("partners.yaml", "partners: []\n");
        write("yht.yaml", "a: 1\n");
    }
    std::string deployment() { return folder_ / "deployment"; }
    void write(const std::string& name, const std::string& text) { std::ofstream(deployment() + "/" + name) << text; }

    ControlServices services() {
        return {store(), clock_, random_, deployment(), [this] {
                    ++reloads_;
                    return reload_result_;
                }};
    }
    base::Result<std::string> runRequest(const ControlRequest& request) {
        auto on = services();
        return runControl(table_, on, {request, "uid:7"});
    }
    void serve() { socket_ = must(ControlSocket::open(path(), table_, services())); }
    std::string path() { return folder_ / "control.sock"; }
    base::Result<std::string> ask(const ControlRequest& request) {
        return askGateway(path(), request);
    }
    /// What a raw connection is told.
    std::string say(const std::string& bytes) {
        Poco::Net::StreamSocket peer;
        peer.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path()));
        peer.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
        peer.shutdownSend();
        std::string answer;
        char buffer[4096];
        try {
            for (int count = 0; (count = peer.receiveBytes(buffer, sizeof(buffer))) > 0;)
                answer.append(buffer, static_cast<std::size_t>(count));
        } catch (const Poco::Exception&) {
            // cut off: what came is what there is
        }
        return answer;
    }

    std::vector<ControlCommand> table_ = ownControlCommands();
    base::Status reload_result_;
    int reloads_ = 0;
    std::unique_ptr<ControlSocket> socket_;
};

TEST_F(ControlTest, ARequestComesBackAsItWas) {
    const ControlRequest request{"erase", {{"ticket_no", "1"}, {"甲", "\"乙\"\n"}}, "公民申请 <删除>"};
    const auto read = decodeControlRequest(encodeControlRequest(request));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(request, *read);
}

TEST_F(ControlTest, AnErrorComesBackWithCodeAndBothTexts) {
    auto error = base::makePublicError(ErrorCode::NotReady, "en", "zh", "why");
    error.fields = {{"/a/\"b\"", "too_long", "40", "Too long.", "过长。"}, {"/c", "required", "", "Missing.", "缺失。"}};
    const auto read = decodeControlAnswer(encodeControlAnswer(error));
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(ErrorCode::NotReady, read.error().code);
    EXPECT_EQ("en zh why", read.error().public_en + " " + read.error().public_zh + " " + read.error().detail);
    EXPECT_EQ(error.fields, read.error().fields);
    error.fields.assign(5'000, error.fields.front());
    const std::string line = encodeControlAnswer(error);
    EXPECT_LT(line.size(), kControlBytesMax);
    EXPECT_LT(100u, decodeControlAnswer(line).error().fields.size());
    EXPECT_EQ(ErrorCode::PeerAnswerInvalid, decodeControlAnswer("{}").error().code);
}

TEST_F(ControlTest, WhatIsNoRequestIsRefused) {
    for (const char* text : {"", "[]", "{}", R"({"command":"reload"})", R"({"arguments":{"a":[]}})"}) {
        EXPECT_EQ(ErrorCode::RequestMalformed, decodeControlRequest(text).error().code) << text;
    }
}

TEST_F(ControlTest, TheTableSaysWhatACommandTakes) {
    table_.push_back({"erase", {"ticket_no"}, true, [](ControlServices&, const ControlCall& call) {
                          return base::Result<std::string>("\"" + call.argument("ticket_no") + "\"");
                      }});
    const auto refused = [&](const ControlRequest& request) {
        const auto answer = runRequest(request);
        return answer.ok() ? *answer : answer.error().public_en;
    };
    EXPECT_THAT(refused({"wipe", {}, ""}), HasSubstr("no such command"));
    EXPECT_THAT(refused({"erase", {}, "asked"}), HasSubstr("needs ticket_no"));
    EXPECT_THAT(refused({"erase", {{"ticket_no", "1"}, {"x", "1"}}, "asked"}), HasSubstr("does not take"));
    EXPECT_THAT(refused({"erase", {{"ticket_no", "1"}}, ""}), HasSubstr("--why"));
    EXPECT_THAT(refused({"erase", {{"ticket_no", "1"}}, std::string(501, 'a')}), HasSubstr("at most 500"));
    EXPECT_EQ("\"1\"", refused({"erase", {{"ticket_no", "1"}}, "asked"}));
    EXPECT_EQ(0, reloads_);
}

TEST_F(ControlTest, AWrongArgumentIsToldWithItsOwnCommand) {
    table_ = controlCommands(deployment());
    for (const char* name : {kReleaseHistory, kDecideDelivery, kFixItem}) {
        const auto command = std::find_if(table_.begin(), table_.end(), [&](const auto& one) { return std::string(name) == one.name; });
        ASSERT_NE(table_.end(), command) << name;
        ControlRequest request{name, {}, "asked"};
        for (const char* argument : command->arguments) request.arguments[argument] = "?";
        const auto answer = runRequest(request);
        ASSERT_FALSE(answer.ok()) << name;
        EXPECT_EQ(ErrorCode::ParameterInvalid, answer.error().code) << name;
        EXPECT_THAT(answer.error().public_en, testing::StartsWith(std::string(name) + ": "));
        EXPECT_THAT(answer.error().public_zh, testing::StartsWith(std::string(name) + ":"));
    }
}

TEST_F(ControlTest, ACommandLeavesWhoWhatAndWhy) {
    ASSERT_TRUE(runRequest({"reload", {}, "新证书"}).ok());
    EXPECT_EQ(1, reloads_);
    const auto leaf = must(look()->leaf(1));
    EXPECT_EQ(ledger::EntryType::Audit, leaf.header.type);
    EXPECT_EQ("uid:7", leaf.header.source);
    EXPECT_EQ(
        R"({"arguments":{},"command":"reload","format":"yht-audit-1","operator":"uid:7","why":"新证书"})",
        read(1)
    );
}

TEST_F(ControlTest, AReloadSaysWhatItReadAndWhatItDidNot) {
    const auto answer = must(runRequest({"reload", {}, ""}));
    EXPECT_THAT(answer, HasSubstr(R"("reloaded":["partners.yaml","operators.yaml","sources.yaml","sources/","products/","routes.yaml")"));
    EXPECT_THAT(answer, HasSubstr(R"("not_reloaded":["yht.yaml","destinations.yaml")"));
    EXPECT_TRUE(json::parse(answer).ok());
    EXPECT_THAT(reloadText(), HasSubstr("已重新加载: partners.yaml, operators.yaml"));
    EXPECT_THAT(reloadText(), HasSubstr("重启后才生效: yht.yaml, destinations.yaml, profiles"));
}

TEST_F(ControlTest, AReloadRecordsWhatIsInForceAndLeavesNameIt) {
    must(recordBundleAtStart(store(), deployment(), clock_, random_));
    EXPECT_EQ(1U, size());
    write("partners.yaml", "partners: [a]\n");
    write("yht.yaml", "a: 2\n");  // waits for a restart
    const auto answer = must(runRequest({"reload", {}, "new partner"}));
    EXPECT_THAT(answer, HasSubstr(R"("changed":["partners.yaml"])"));
    EXPECT_THAT(answer, HasSubstr(R"("waiting_for_restart":["yht.yaml"])"));
    const auto in_force = must(bundleInForce(*look()));
    EXPECT_EQ("partners: [a]\n", in_force->files.at("partners.yaml"));
    EXPECT_EQ("a: 1\n", in_force->files.at("yht.yaml"));
    append("next");
    EXPECT_EQ(bundleDigest(*in_force), must(look()->leaf(size())).header.config_digest);
}

TEST_F(ControlTest, AReloadWithoutChangesRecordsNoBundle) {
    must(recordBundleAtStart(store(), deployment(), clock_, random_));
    must(runRequest({"reload", {}, ""}));
    EXPECT_EQ(2U, size());  // the bundle of the start, the audit of the reload
    must(recordBundleAtStart(store(), deployment(), clock_, random_));
    EXPECT_EQ(2U, size());
}

TEST_F(ControlTest, ABundleComesBackAsItWasAndAForgedOneDoesNot) {
    const Bundle bundle{{{"a.yaml", "甲: \"1\"\n"}, {"b.yaml", ""}}};
    EXPECT_EQ(bundle, must(decodeBundle(encodeBundle(bundle))));
    std::string forged = encodeBundle(bundle);
    forged.replace(forged.find("甲"), std::string("甲").size(), "乙");
    EXPECT_EQ(ErrorCode::LedgerCorrupt, decodeBundle(forged).error().code);
    EXPECT_THAT(changedFiles(bundle, {{{"b.yaml", "x"}, {"c.yaml", ""}}}), testing::ElementsAre("a.yaml", "b.yaml", "c.yaml"));
}

TEST_F(ControlTest, ACommandThatFailsLeavesNothing) {
    reload_result_ = base::makeError(ErrorCode::ConfigInvalid, "partners.yaml:3");
    EXPECT_EQ(ErrorCode::ConfigInvalid, runRequest({"reload", {}, ""}).error().code);
    EXPECT_EQ(0U, size());
}

TEST_F(ControlTest, TheSocketCarriesIt) {
    serve();
    ASSERT_TRUE(ask({"reload", {}, ""}).ok());
    EXPECT_THAT(read(1), HasSubstr("\"operator\":\"uid:" + std::to_string(::geteuid())));
    EXPECT_EQ(ErrorCode::ParameterInvalid, ask({"wipe", {}, ""}).error().code);
}

TEST_F(ControlTest, OnlyItsOwnerCanReachTheSocket) {
    serve();
    struct stat info {};
    ASSERT_EQ(0, ::stat(path().c_str(), &info));
    EXPECT_EQ(0600U, info.st_mode & 0777U);
}

TEST_F(ControlTest, ASocketLeftBehindIsReplacedAndItsOwnTakenAway) {
    std::ofstream(path()) << "left behind";
    serve();
    EXPECT_TRUE(ask({"reload", {}, ""}).ok());
    socket_.reset();
    EXPECT_NE(0, ::access(path().c_str(), F_OK));
    EXPECT_EQ(ErrorCode::PeerUnreachable, ask({"reload", {}, ""}).error().code);
}

TEST_F(ControlTest, HostileBytesDoNotStopTheNextCommand) {
    serve();
    EXPECT_EQ("", say("{\"command\":"));                               // cut
    EXPECT_EQ("", say(std::string(kControlBytesMax + 8192, 'a')));     // no end
    EXPECT_THAT(say("null\n"), HasSubstr("request.malformed"));
    EXPECT_TRUE(ask({"reload", {}, ""}).ok());
}

TEST_F(ControlTest, WhoSaysNothingToItsEndIsLeftAndHoldsUpNobody) {
    serve();
    Poco::Net::StreamSocket silent;
    silent.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path()));
    silent.sendBytes("{", 1);
    auto next = std::async(std::launch::async, [&] { return ask({"reload", {}, "why"}); });
    silent.setReceiveTimeout(Poco::Timespan(4 * kControlReadMillisMax * 1000));
    char buffer[16];
    EXPECT_EQ(0, silent.receiveBytes(buffer, sizeof(buffer))) << "not left";
    EXPECT_TRUE(next.get().ok());
}

TEST_F(ControlTest, APathTooLongForASocketSaysSo) {
    const auto opened = ControlSocket::open("/tmp/" + std::string(120, 'x'), table_, services());
    ASSERT_FALSE(opened.ok());
    EXPECT_THAT(opened.error().detail, HasSubstr("shorten ledger.directory"));
}

}  // namespace
}  // namespace yht::app
