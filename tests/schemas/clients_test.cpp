// The programs of schemas/examples/clients, as a partner runs them, against a running gateway.
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;

const std::string kClients = std::string(YHT_SOURCE_DIR) + "/schemas/examples/clients/";
using Command = std::vector<std::string>;

class Clients : public testing::Test {
protected:
    Clients() {
        ::setenv("YHT_P12_PASSWORD", "made-up", 1);
        const auto made = runToEnd(
            {"/usr/bin/openssl", "pkcs12", "-export", "-in", credential() + ".pem", "-inkey", credential() + ".key", "-out",
             credential() + ".p12", "-passout", "env:YHT_P12_PASSWORD"},
            log()
        );
        EXPECT_EQ(0, made.exit_code);
    }
    std::string credential() const { return federation.directory() + "/pki/hotline-12315"; }
    std::string root() const { return federation.directory() + "/pki/root.pem"; }
    std::string log() const { return federation.directory() + "/clients.log"; }
    std::string url() const { return "https://localhost:" + std::to_string(federation.gatewayPort()); }
    std::string file(const std::string& name, const std::string& text) const {
        const std::string path = federation.directory() + "/" + name;
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    std::string textOf(const std::string& path) const {
        std::ifstream in(path, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }

    Command posting(Command program, const std::string& record) const {
        const std::string path = file("record.json", record);
        program.insert(program.end(), {credential(), url() + "/v1/records", path, root()});
        return program;
    }
    Finished post(const Command& program, const std::string& record) const {
        return runToEnd(posting(program, record), log());
    }
    rapidjson::Document answerOf(const Finished& finished) const {
        auto document = json::parse(finished.output);
        EXPECT_TRUE(document.ok()) << finished.output;
        return document.ok() ? *std::move(document) : rapidjson::Document(rapidjson::kObjectType);
    }

    /// What every such program must do.
    void bringsATicketAndTellsDuplicatesAndRefusals(const Command& program) {
        federation.startGateway();
        const auto record = appeal("zz-12315", "A-1", {{"version", "1"}});
        const auto created = post(program, record);
        EXPECT_EQ(0, created.exit_code) << log();
        const auto ticket_no = json::textMember(answerOf(created), "ticket_no");
        auto hotline = federation.partner("hotline-12315");
        EXPECT_EQ(200, hotline.get("/v1/tickets/" + ticket_no).status);
        const auto again = post(program, record);
        EXPECT_EQ(0, again.exit_code);
        EXPECT_EQ("duplicate", json::textMember(answerOf(again), "verdict"));
        const auto other = post(program, appeal("zz-12315", "A-1", {{"version", "1"}, {"title", "另一个标题"}}));
        EXPECT_EQ(1, other.exit_code);
        EXPECT_EQ("record.conflict", json::textMember(answerOf(other), "code"));
    }

    Federation federation;
};

const Command kShell = {kClients + "post_record.sh"};
const Command kPython = {YHT_PYTHON3, kClients + "post_record.py"};
const Command kNode = {YHT_NODE, kClients + "post_record.mjs"};
const Command kJava = {YHT_JAVA, kClients + "PostRecord.java"};

TEST_F(Clients, ShellBringsATicketAndTellsDuplicatesAndRefusals) {
    bringsATicketAndTellsDuplicatesAndRefusals(kShell);
}

TEST_F(Clients, ShellBringsAnAttachmentThatComesBackWhole) {
    federation.startGateway();
    const std::string content = "\x89PNG\r\n\x1A\n and what follows";
    const auto path = file("photo.png", content);
    const auto finished = runToEnd(
        {"/usr/bin/env", "CONTENT_TYPE=image/png", kShell[0], credential(), url() + "/v1/attachments", path, root()}, log()
    );
    EXPECT_EQ(0, finished.exit_code) << finished.output << log();
    const auto digest = json::textMember(answerOf(finished), "digest");
    EXPECT_EQ(content, federation.partner("hotline-12315").get("/v1/attachments/" + digest).body);
}

TEST_F(Clients, PythonBringsATicketAndTellsDuplicatesAndRefusals) {
    bringsATicketAndTellsDuplicatesAndRefusals(kPython);
}

TEST_F(Clients, JavaScriptBringsATicketAndTellsDuplicatesAndRefusals) {
    bringsATicketAndTellsDuplicatesAndRefusals(kNode);
}

TEST_F(Clients, JavaBringsATicketAndTellsDuplicatesAndRefusals) {
    bringsATicketAndTellsDuplicatesAndRefusals(kJava);
}

TEST_F(Clients, ZeepDoesItAllFromTheWsdlAlone) {
    shipSource(federation, "zz-hetang", "district-export-csv", "430202", "zz-12315");
    federation.startGateway();
    const auto soap = [&](std::vector<std::string> words) {
        Command command = {YHT_PYTHON3, kClients + "soap_client.py", credential(), url() + "/soap/v1",
                           federation.directory() + "/pki/gateway.pem"};
        command.insert(command.end(), words.begin(), words.end());
        return runToEnd(command, log());
    };
    const auto path = file("record.json", appeal("zz-12315", "A-1", {{"version", "1"}}));
    const auto created = soap({"submit", path});
    ASSERT_EQ(0, created.exit_code) << created.output << textOf(log());
    const auto items = answerOf(created);  // zeep unwraps an answer of one element
    ASSERT_TRUE(items.IsArray() && items.Size() == 1) << created.output;
    const auto ticket_no = json::textMember(items[0], "ticket_no");
    EXPECT_EQ(200, federation.partner("hotline-12315").get("/v1/tickets/" + ticket_no).status);
    EXPECT_THAT(soap({"submit", path}).output, HasSubstr("\"duplicate\": true"));
    const auto bad = file("bad.json", appeal("zz-12315", "A-2", {{"appeal_time", "yesterday"}}));
    const auto refused = soap({"submit", bad});
    EXPECT_EQ(1, refused.exit_code);
    EXPECT_THAT(refused.output, HasSubstr("record.invalid"));
    EXPECT_THAT(soap({"ticket", ticket_no}).output, HasSubstr("\"record_ref\": \"A-1\""));
    EXPECT_THAT(soap({"changes"}).output, HasSubstr("\"next\""));
    EXPECT_THAT(soap({"codes", "channel"}).output, HasSubstr("valid_from"));
    const auto message = file("export.csv", shippedMessage("zz-hetang", "quoted_newlines_and_open"));
    EXPECT_THAT(soap({"message", "zz-hetang", message, "text/csv"}).output, HasSubstr("\"accepted\": 1"));
    const std::string content = "\x89PNG\r\n\x1A\n and what follows";
    const auto uploaded = soap({"upload", file("photo.png", content), "image/png"});
    EXPECT_EQ(0, uploaded.exit_code) << uploaded.output;
    EXPECT_EQ(content, federation.partner("hotline-12315").get("/v1/attachments/" + json::textMember(answerOf(uploaded), "digest")).body);
}

TEST_F(Clients, WhatIsSentBeforeTheGatewayIsThereArrivesWhenItIs) {
    std::vector<Child> running;
    for (const auto* program : {&kPython, &kNode, &kJava}) {
        const auto ref = "A-" + std::to_string(running.size());
        Command command = *program;
        const auto path = file(ref + ".json", appeal("zz-12315", ref));
        command.insert(command.end(), {credential(), url() + "/v1/records", path, root()});
        running.emplace_back(command, federation.directory() + "/" + ref + ".log");
    }
    for (std::size_t i = 0; i < running.size(); ++i) {
        // Each says why an attempt failed: it has knocked at a closed door.
        Federation::waitUntil("a first attempt has failed", [&] {
            return !textOf(federation.directory() + "/A-" + std::to_string(i) + ".log").empty();
        });
    }
    federation.startGateway();
    Federation::waitUntil("all of them have their ticket", [&] { return federation.tickets().Size() == 3; });
}

TEST_F(Clients, AReceiptIsCheckedOffline) {
    federation.startGateway();
    for (int i = 0; i < 5; ++i) post(kPython, appeal("zz-12315", "B-" + std::to_string(i)));
    const auto posted = post(kPython, appeal("zz-12315", "A-1"));
    const auto answer = file("answer.json", posted.output);
    const auto ticket_no = json::textMember(answerOf(posted), "ticket_no");
    const auto ticket_text = federation.partner("hotline-12315").get("/v1/tickets/" + ticket_no).body;
    const auto ticket = file("ticket.json", ticket_text);
    const auto checkpoint = json::parse(federation.yht({"ledger", "checkpoint", "--json"}).output);
    ASSERT_TRUE(checkpoint.ok());
    const auto key = json::textMember(*checkpoint, "verifier_key");
    const auto check = [&](const std::string& verifier_key, const std::string& receipt, const std::string& shown) {
        return runToEnd({YHT_PYTHON3, kClients + "check_receipt.py", verifier_key, receipt, shown}, log());
    };
    const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
        const auto at = text.find(from);
        EXPECT_NE(std::string::npos, at) << from;
        return text.replace(at, from.size(), to);
    };

    const auto right = check(key, answer, ticket);
    EXPECT_EQ(0, right.exit_code) << right.output << log();
    EXPECT_THAT(right.output, HasSubstr(ticket_no));
    const auto title = replaced(ticket_text, "\"title\":\"", "\"title\":\"不");
    EXPECT_THAT(check(key, answer, file("t.json", title)).output, HasSubstr("another content"));
    const auto signature = replaced(posted.output, "\\n\\n— ", "\\n \\n— ");
    EXPECT_EQ(1, check(key, file("s.json", signature), ticket).exit_code);
    const auto size = replaced(posted.output, "/430200/1\\n", "/430200/1\\n1");
    EXPECT_THAT(check(key, file("n.json", size), ticket).output, HasSubstr("does not verify"));
    const auto path = replaced(posted.output, "\"path\":[\"", "\"path\":[\"AAAA");
    EXPECT_THAT(check(key, file("p.json", path), ticket).output, HasSubstr("another root"));
}

TEST_F(Clients, ChangesAreFollowedWithACursorThatIsKept) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    auto centre = federation.partner("centre");
    const auto appealed = hotline.post("/v1/records", appeal("zz-12315", "A-1"));
    const auto ticket_no = json::textMember(appealed.json(), "ticket_no");
    const auto follow = [&] {
        return runToEnd({YHT_PYTHON3, kClients + "follow_changes.py", credential(), url(),
                         federation.directory() + "/cursor", root(), "--once"}, log());
    };
    EXPECT_EQ("", follow().output);
    const auto assigned = centre.post(
        "/v1/records", assignment("zz-12345", "PD-1", {{"ticket_no", ticket_no}, {"ticket_ref", "CZ-1"}})
    );
    EXPECT_EQ(201, assigned.status) << assigned.body;
    const auto told = follow();
    EXPECT_EQ(0, told.exit_code);
    EXPECT_THAT(told.output, HasSubstr("\"PD-1\""));
    EXPECT_EQ("", follow().output);
}

}  // namespace
}  // namespace yht::scenarios
