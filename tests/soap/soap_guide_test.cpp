// schemas/README.md, from the certificate to the first accepted ticket: each toolkit's block, as it stands on the page but for
// the gateway's address. Then JAX-WS, built by those very commands, with every operation.
#include "tests/soap/soap_clients.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;

/// The files that the page calls hotline.*, root.pem and gateway.pem, and the programs of the examples, in one folder.
class SoapGuide : public SoapClients {
protected:
    SoapGuide() {
        namespace fs = std::filesystem;
        ::setenv("YHT_P12_PASSWORD", "made-up", 1);
        fs::create_directory(folder());
        for (const char* ending : {".pem", ".key"}) fs::copy(pki("hotline-rsa") + ending, folder() + "/hotline" + ending);
        fs::copy(pki("root.pem"), folder() + "/root.pem");
        fs::copy(pki("gateway-rsa.pem"), folder() + "/gateway.pem");
        fs::copy(std::string(YHT_SOURCE_DIR) + "/schemas/yihaotong.wsdl", folder() + "/yihaotong.wsdl");
        for (const char* name : {"SoapClient.java", "soap_client.py", "soap_client.mjs"}) fs::copy(kClients + name, folder() + "/" + name);
        fs::copy(YHT_GSOAP_CLIENT, folder() + "/soap_client");
        fs::create_symlink(std::string(YHT_SOURCE_DIR) + "/tests/soap/node_modules", folder() + "/node_modules");
    }
    std::string folder() const { return federation.directory() + "/guide"; }

    /// The block that holds `mark`; `more`: words for readme_block.
    std::string block(const std::string& mark, std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {YHT_PYTHON3, std::string(YHT_SOURCE_DIR) + "/tests/soap/readme_block", mark, "--gateway", url()});
        const auto printed = runToEnd(more, log());
        EXPECT_EQ(0, printed.exit_code) << mark << ": " << log();
        return printed.output;
    }
    Finished shell(const std::string& commands) const {
        return runToEnd({"/bin/bash", "-euo", "pipefail", "-c", "cd " + folder() + "\n" + commands}, log());
    }
    /// The ticket of that record is there.
    void expectTaken(const std::string& record_ref) {
        std::string listed;
        const auto all = federation.tickets();
        for (const auto& ticket : all.GetArray()) listed += json::write(ticket);
        EXPECT_THAT(listed, HasSubstr(record_ref));
    }
};

TEST_F(SoapGuide, JaxWsAsItStandsAndThenEveryOperation) {
    shipSource(federation, "zz-hetang", "district-export-csv", "430202", "zz-12315");
    federation.startGateway();
    const auto first = shell(block("wsimport"));
    ASSERT_EQ(0, first.exit_code) << first.output << log();
    EXPECT_EQ("201", valueOf(first.output, "status")) << first.output;
    const auto ticket_no = valueOf(first.output, "ticket_no");
    const auto java = [&](const std::string& words) {
        const std::string path = "/usr/share/java/jaxws-rt.jar:/usr/share/java/javax.activation.jar:.";
        return shell("java -cp " + path + " SoapClient hotline " + url() + "/soap/v1 " + words);
    };
    EXPECT_EQ(2U, countOf(java("gateway.pem appeal zz-12315 供热 J-1 J-2").output, "verdict=created"));
    EXPECT_EQ("appeal", valueOf(java("gateway.pem ticket " + ticket_no).output, "kind"));
    assign(ticket_no);
    EXPECT_EQ(ticket_no + " assignment", valueOf(java("gateway.pem changes").output, "change"));
    EXPECT_THAT(java("gateway.pem codes channel").output, HasSubstr("code=03 "));
    const auto refused = java("gateway.pem appeal zz-12315 " + std::string(300, 'x') + " J-3");
    EXPECT_EQ(1, refused.exit_code) << refused.output;
    EXPECT_EQ("record.invalid", valueOf(refused.output, "code"));
    EXPECT_THAT(valueOf(refused.output, "error"), HasSubstr("/title"));
    file("guide/small.png", "\x89PNG\r\n\x1A\n and what follows");
    const auto digest = valueOf(java("gateway.pem upload small.png image/png").output, "digest");
    EXPECT_EQ(200, federation.partner("hotline-12315").get("/v1/attachments/" + digest).status);
    file("guide/export.csv", shippedMessage("zz-hetang", "quoted_newlines_and_open"));
    EXPECT_EQ("1", valueOf(java("gateway.pem message zz-hetang export.csv text/csv").output, "accepted"));
    EXPECT_EQ(69, java("hotline.pem codes channel").exit_code) << "an answer that somebody else must have signed";
}

TEST_F(SoapGuide, ZeepAsItStands) {
    federation.startGateway();
    file("guide/first.py", block("from soap_client import connect"));
    const auto first = shell(std::string(YHT_PYTHON3) + " first.py");
    EXPECT_EQ(0, first.exit_code) << first.output << log();
    EXPECT_TRUE(first.output.starts_with("201 ")) << first.output;
    expectTaken("PYTHON-1");
}

TEST_F(SoapGuide, GsoapAsItStands) {
    federation.startGateway();
    const auto first = shell(block("wsdl2h", {"--from", "./soap_client"}));  // what stands before it built the program
    EXPECT_EQ("201", valueOf(first.output, "status")) << first.output << log();
    expectTaken("GSOAP-1");
}

TEST_F(SoapGuide, NodeSoapAsItStands) {
    federation.startGateway();
    file("guide/appeal.json", appeal("zz-12315", "NODE-1"));
    const auto first = shell(block("soap_client.mjs hotline"));
    EXPECT_THAT(first.output, HasSubstr("\"created\"")) << log();
    expectTaken("NODE-1");
}

TEST_F(SoapGuide, AKeyAsThePageMakesItIsTakenForARequest) {
    const auto made = shell("mkdir key && cd key\n" + block("-newkey rsa:2048") + "openssl req -in hotline.csr -noout -verify -subject");
    EXPECT_EQ(0, made.exit_code) << log();
    EXPECT_THAT(made.output, HasSubstr("hotline-12315"));
}

}  // namespace
}  // namespace yht::scenarios
