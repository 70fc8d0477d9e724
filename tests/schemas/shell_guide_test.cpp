// schemas/README.md: every shell block of the REST part, in the page's order and in one folder, as a partner types them, before a
// running gateway (tests/soap has the SOAP part). Between the blocks: what the operator does, and the files that are the reader's.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kSchemas = std::string(YHT_SOURCE_DIR) + "/schemas/";
constexpr const char* kSoap = "SOAP";

std::string textOf(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The shell blocks of the page by the heading that they stand under.
std::multimap<std::string, std::string> shellBlocks() {
    std::istringstream lines(textOf(kSchemas + "README.md"));
    std::multimap<std::string, std::string> blocks;
    std::string heading, language, code;
    bool within = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) {
            if (!within) language = line.substr(3);
            if (within && language == "sh") blocks.emplace(heading, code);
            within = !within;
            code.clear();
        } else if (within) {
            code += line + "\n";
        } else if (line.starts_with("##")) {
            heading = line.substr(line.find(' ') + 1);
        }
    }
    return blocks;
}

class ShellGuide : public testing::Test {
protected:
    ShellGuide() {
        fs::create_directory(folder());
        fs::create_symlink(kSchemas + "examples", folder() + "/examples");
        shipSource(federation, "zz-hetang", "district-export-csv", "430202", "zz-12315");
    }
    std::string folder() const { return federation.directory() + "/guide"; }
    std::string log() const { return federation.directory() + "/guide.log"; }
    std::string file(const std::string& name, const std::string& text) const {
        std::ofstream(folder() + "/" + name, std::ios::binary) << text;
        return text;
    }

    /// The block under that heading. What the page leaves to its reader is put in here, and nothing else is changed.
    std::string block(const std::string& heading) {
        const auto found = blocks_.find(heading);
        EXPECT_NE(blocks_.end(), found) << heading;
        if (found == blocks_.end()) return "false";
        taken_.insert(heading);
        std::string text = found->second;
        const std::pair<std::string, std::string> own[] = {
            {"https://gateway.example:8443", "https://localhost:" + std::to_string(federation.gatewayPort())},
            {"/market-12315/", "/zz-hetang/"},
            {"VERIFIER_KEY", verifier_key},
        };
        for (const auto& [theirs, ours] : own) {
            for (auto at = text.find(theirs); at != text.npos; at = text.find(theirs, at + ours.size())) text.replace(at, theirs.size(), ours);
        }
        return text;
    }
    /// In the folder; `python3` is the one that has what the page says it needs.
    std::vector<std::string> bash(const std::string& script) const {
        const std::string python = fs::path(YHT_PYTHON3).parent_path();
        return {"/bin/bash", "-euo", "pipefail", "-c", "cd " + folder() + "; PATH=" + python + ":$PATH; " + script};
    }
    std::string run(const std::string& script) const {
        // An address that is not quoted sends its command into the background at the first `&`, and looks right.
        const auto finished = runToEnd(bash(script + "\n[ -z \"${!-}\" ]"), log());
        EXPECT_EQ(0, finished.exit_code) << script << finished.output << textOf(log());
        return finished.output;
    }
    std::string runBlock(const std::string& heading) { return run(block(heading)); }

    /// The operator's part of section 1: a certificate for the request, registered, and the files that come back with it.
    void answerTheRequest() {
        const std::string pki = federation.pki();
        EXPECT_THAT(run("openssl req -in hotline.csr -noout -verify -subject"), HasSubstr("hotline-12315"));
        file("extensions", "keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n");
        run("openssl x509 -req -in hotline.csr -CA " + pki + "/root.pem -CAkey " + pki +
            "/root.key -CAcreateserial -sha256 -days 365 -extfile extensions -out hotline.pem");
        fs::copy(pki + "/root.pem", folder() + "/root.pem");
        fs::copy(folder() + "/hotline.pem", federation.deployment() + "/hotline-12315.pem", fs::copy_options::overwrite_existing);
    }
    void rememberTheLogsKey() {
        const auto checkpoint = json::parse(federation.yht({"ledger", "checkpoint", "--json"}).output);
        ASSERT_TRUE(checkpoint.ok());
        verifier_key = json::textMember(*checkpoint, "verifier_key");
    }
    static std::string member(const std::string& text, const char* name) {
        const auto document = json::parse(text);
        EXPECT_TRUE(document.ok()) << text;
        return document.ok() ? json::textMember(*document, name) : "";
    }
    std::set<std::string> notTaken() const {
        std::set<std::string> headings;
        for (const auto& [heading, text] : blocks_) headings.insert(heading);
        for (const auto& heading : taken_) headings.erase(heading);
        return headings;
    }

    Federation federation;
    std::string verifier_key;

private:
    const std::multimap<std::string, std::string> blocks_ = shellBlocks();
    std::set<std::string> taken_;
};

TEST_F(ShellGuide, FromAKeyToAnAttachmentAsItStands) {
    runBlock("1. A certificate");
    answerTheRequest();
    federation.startGateway();
    EXPECT_THAT(runBlock("2. The connection"), HasSubstr("\"valid_from\""));

    const auto answer = file("answer.json", runBlock("5. Send it"));
    const auto ticket_no = member(answer, "ticket_no");
    EXPECT_EQ("created", member(answer, "verdict"));
    auto centre = federation.partner("centre");
    file("ticket.json", centre.get("/v1/tickets/" + ticket_no).body);
    rememberTheLogsKey();
    EXPECT_THAT(runBlock("6. The answer and the receipt"), HasSubstr(ticket_no));

    ASSERT_EQ(201, centre.post("/v1/records", assignment("zz-12345", "PD-1", {{"ticket_no", ticket_no}})).status);
    std::istringstream following(block("10. What becomes of it"));
    std::string ask, follow;
    ASSERT_TRUE(std::getline(following, ask) && std::getline(following, follow));
    EXPECT_THAT(run(ask), HasSubstr("\"PD-1\""));
    const std::string told = federation.directory() + "/told";
    Child follower(bash("exec " + follow), told);  // it never ends by itself
    Federation::waitUntil("the change has been told", [&] { return textOf(told).find("\"PD-1\"") != std::string::npos; });
    EXPECT_TRUE(follower.running()) << textOf(told);
    follower.stop(SIGTERM);

    file("export.csv", shippedMessage("zz-hetang", "quoted_newlines_and_open"));
    EXPECT_THAT(runBlock("Messages in your own format"), HasSubstr("\"accepted\":1"));

    const auto photo = file("photo.png", "\x89PNG\r\n\x1A\n" + std::string(5000, 'p'));
    const auto digest = base::toHex(crypto::sha256(photo));
    const auto uploaded = run("digest=" + digest + "\n" + block("Attachments"));
    EXPECT_THAT(uploaded, HasSubstr("\"digest\":\"" + digest + '"'));
    EXPECT_TRUE(uploaded.ends_with("}\n" + photo.substr(0, 1024))) << uploaded.size();

    EXPECT_EQ(std::set<std::string>{kSoap}, notTaken()) << "shell blocks that nobody has run";
}

TEST_F(ShellGuide, NoHeadingHasTwoBlocksOfWhichOnlyOneIsRun) {
    const auto blocks = shellBlocks();
    for (auto at = blocks.begin(); at != blocks.end(); at = blocks.upper_bound(at->first)) {
        if (at->first != kSoap) {
            EXPECT_EQ(1U, blocks.count(at->first)) << at->first;
        }
    }
    EXPECT_EQ(4U, blocks.count(kSoap)) << "tests/soap/soap_guide_test.cpp runs each by a mark in it";
}

}  // namespace
}  // namespace yht::scenarios
