// A declared endpoint that knows its caller by a TLS client certificate: the real program, real TLS, real certificates. The right
// one is as good as a channel's signature; every other is refused with the code that says what is wrong with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/StreamCopier.h>

#include <filesystem>
#include <fstream>

#include "gateway/ledger/format/leaf.h"
#include "gateway/ledger/format/receipt.h"
#include "tests/scenarios/federation.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;

constexpr const char* kMapping = R"(times: {formats: ["%Y-%m-%d %H:%M:%S"]}
records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      ticket_ref: NO
      event_time: TIME
      appeal_time: TIME
      channel: {const: "10"}
      appeal_type: {const: "1"}
      category_path: {from: CLASS}
      title: TITLE
      content: TITLE
      handling_way: {const: "0"}
      is_anonymous: {const: "true"}
      is_secret: {const: "false"}
      area_code: {const: "430200"}
      urgency: {const: "3"}
)";

std::string appeal(const std::string& number) {
    return R"({"NO":")" + number + R"(","TIME":"2019-10-15 08:30:00","CLASS":"供热","TITLE":"室温不达标"})";
}

std::string taken(const Reply& reply) { return std::to_string(reply.status) + " " + reply.body.substr(0, reply.body.find("430200")); }

/// A caller's connection, kept between its calls.
class Caller {
public:
    Caller(std::uint16_t port, Poco::Net::Context::Ptr context) : session_("localhost", port, std::move(context)) {
        session_.setKeepAlive(true);
        session_.setTimeout(Poco::Timespan(30, 0));
    }
    /// Status 0: the handshake or the connection failed.
    Reply call(const std::string& body) {
        try {
            Poco::Net::HTTPRequest request("POST", "/certified", "HTTP/1.1");
            request.setContentLength(static_cast<int>(body.size()));
            request.setContentType("application/json");
            session_.sendRequest(request) << body << std::flush;
            Poco::Net::HTTPResponse response;
            std::string text;
            Poco::StreamCopier::copyToString(session_.receiveResponse(response), text);
            return {response.getStatus(), text, response.getContentType()};
        } catch (const Poco::Exception&) {
            return {};
        }
    }

private:
    Poco::Net::HTTPSClientSession session_;
};

class ChannelCertificates : public ::testing::Test {
protected:
    ChannelCertificates() {
        write("yht.yaml", read("yht.yaml") + "channels:\n  listen: 127.0.0.1:" + std::to_string(port) +
                              "\n  consent: 张三 2019-04-18 场景测试\n" + Federation::patientDeadlines() + "  client_ca: root.pem\n");
        std::filesystem::create_directories(federation.deployment() + "/sources/zz-certified");
        std::filesystem::create_directories(federation.deployment() + "/products/certified");
        write("products/certified/product.yaml", R"(product: certified
product_title: certified
product_version: "1"
decode: {format: json}
assurance_min: channel_signature
endpoints:
  push:
    path: /certified
    caller: {client_certificate: {}}
    reply:
      accepted: {body: 'taken {ticket_no}'}
      duplicate: {body: 'again {ticket_no}'}
      refused: {body: 'refused {error_code}'}
      unauthorized: {body: 'unknown {error_code}', status: 401}
)");
        write("products/certified/mapping.yaml", kMapping);
        write("sources/zz-certified/source.yaml",
              "id: zz-certified\ntitle: t\nproduct: certified\nsource: zz-12315\nlifecycle: live\nowner: {unit: 局, person: 班长}\n");
    }
    std::string read(const std::string& name) const {
        std::ifstream in(federation.deployment() + "/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(federation.deployment() + "/" + name, std::ios::binary) << text;
    }
    std::string pki() const { return federation.directory() + "/pki"; }

    /// With `credential` (a path without its ending), or without any.
    Caller caller(const std::string& credential) const {
        trust::TlsFiles files;
        files.peer_ca_pem = pki() + "/root.pem";
        if (!credential.empty()) {
            files.certificate_chain_pem = credential + ".pem";
            files.private_key_pem = credential + ".key";
            auto context = trust::clientContext(files);
            if (context.ok()) return {port, *context};
            ADD_FAILURE() << base::describe(context.error());
        }
        Poco::Net::Context::Params params;
        params.caLocation = files.peer_ca_pem;
        params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
        params.loadDefaultCAs = false;
        return {port, new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params)};
    }
    Reply call(const std::string& credential, const std::string& body) const { return caller(credential).call(body); }

    /// A certificate that says hotline-12315, of an authority that is not ours.
    std::string strangersCertificate() const {
        const std::string other = federation.directory() + "/other-pki";
        const auto made = runToEnd({YHT_SOURCE_DIR "/tools/dev-pki", other, "hotline-12315"}, federation.directory() + "/other-pki.log");
        EXPECT_EQ(0, made.exit_code);
        return other + "/hotline-12315";
    }
    /// A certificate of our own authority that no partner has.
    std::string nobodysCertificate() const {
        const auto made = runToEnd({YHT_SOURCE_DIR "/tools/dev-pki", pki(), "somebody"}, federation.directory() + "/pki-2.log");
        EXPECT_EQ(0, made.exit_code);
        return pki() + "/somebody";
    }
    void setCertificateRow(const std::string& from, const std::string& to) const {
        std::string text = read("partners.yaml");
        const auto at = text.find(from);
        ASSERT_NE(std::string::npos, at) << from;
        write("partners.yaml", text.replace(at, from.size(), to));
    }

    PortLease port;
    Federation federation;
};

TEST_F(ChannelCertificates, TheRightOneIsTakenAsAChannelsSignature) {
    federation.startGateway();
    const auto first = call(pki() + "/hotline-12315", appeal("J-1"));
    EXPECT_EQ("200 taken ", taken(first)) << first.body;
    EXPECT_EQ("200 again ", taken(call(pki() + "/hotline-12315", appeal("J-1"))));
    EXPECT_EQ(1u, federation.tickets().Size());
    // What stands in the ledger of how it is known, as its receipt proves it.
    auto hotline = federation.partner("hotline-12315");
    std::vector<std::string> assurances;
    for (int seq = 1; seq <= 10; ++seq) {
        const auto given = hotline.get("/v1/receipts/" + std::to_string(seq));
        if (given.status != 200) continue;
        const auto receipt = ledger::decodeReceipt(given.body);
        ASSERT_TRUE(receipt.ok()) << given.body;
        const auto leaf = ledger::decodeLeaf(receipt->leaf);
        ASSERT_TRUE(leaf.ok());
        assurances.emplace_back(ledger::assuranceName(leaf->header.assurance));
    }
    EXPECT_FALSE(assurances.empty());
    EXPECT_THAT(assurances, testing::Each(std::string(ledger::assuranceName(ledger::Assurance::ChannelSignature))));
}

TEST_F(ChannelCertificates, EveryOtherIsRefusedWithItsCode) {
    federation.startGateway();
    EXPECT_EQ("401 unknown speaker.certificate_missing", taken(call("", appeal("J-1")))) << "none";
    EXPECT_EQ("401 unknown speaker.certificate_unknown", taken(call(nobodysCertificate(), appeal("J-1")))) << "of nobody";
    EXPECT_EQ("401 unknown speaker.source_not_own", taken(call(pki() + "/police-110", appeal("J-1")))) << "of another partner";
    EXPECT_EQ(0, call(strangersCertificate(), appeal("J-1")).status) << "of another authority: no handshake";
    EXPECT_EQ(0u, federation.tickets().Size());
    EXPECT_EQ("200 taken ", taken(call(pki() + "/hotline-12315", appeal("J-1"))));
}

TEST_F(ChannelCertificates, ARevokedOneIsRefusedOnItsOpenConnectionToo) {
    federation.startGateway();
    auto open = caller(pki() + "/hotline-12315");
    EXPECT_EQ("200 taken ", taken(open.call(appeal("J-1"))));
    setCertificateRow("{file: hotline-12315.pem}", "{file: hotline-12315.pem, revoked: true}");
    ASSERT_EQ(0, federation.yht({"reload"}).exit_code);
    EXPECT_EQ(0, open.call(appeal("J-2")).status) << "its connection was ended";
    EXPECT_EQ("401 unknown speaker.certificate_revoked", taken(call(pki() + "/hotline-12315", appeal("J-2"))));
    EXPECT_EQ(1u, federation.tickets().Size());
}

TEST_F(ChannelCertificates, AStoppedPartnerIsRefusedWhateverItsCertificate) {
    federation.startGateway();
    std::string text = read("partners.yaml");
    const auto at = text.find("stage: live", text.find("id: hotline-12315"));
    ASSERT_NE(std::string::npos, at);
    write("partners.yaml", text.replace(at, 11, "stage: stopped"));
    ASSERT_EQ(0, federation.yht({"reload"}).exit_code);
    EXPECT_EQ("401 unknown speaker.partner_stopped", taken(call(pki() + "/hotline-12315", appeal("J-1"))));
}

TEST_F(ChannelCertificates, AnEndpointThatNobodyCouldCallIsAMistakeAtLoad) {
    std::string text = read("yht.yaml");
    const auto at = text.find("  client_ca: root.pem\n", text.find("channels:"));
    write("yht.yaml", text.erase(at, std::string("  client_ca: root.pem\n").size()));
    federation.launchGateway({});
    EXPECT_FALSE(federation.gatewayCameUp()) << "client certificates are not asked for";
}

}  // namespace
}  // namespace yht::scenarios
