// Clients that are not ours (gSOAP over SOAP 1.2, node-soap over 1.1), each from the published WSDL alone, against a running
// gateway: they submit, upload by MTOM, query, pull, are refused, and check who answered. JAX-WS and the page as it stands:
// soap_guide_test.cpp; zeep: tests/schemas/clients_test.cpp.
#include "tests/soap/soap_clients.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;

TEST_F(SoapClients, GsoapSubmitsOneAndManyAndReadsThemBack) {
    federation.startGateway();
    const auto one = gsoap({"appeal", "zz-12315", "室温怎样算不达标", "A-1"});
    ASSERT_EQ(0, one.exit_code) << one.output << log();
    EXPECT_EQ("201", valueOf(one.output, "status"));
    EXPECT_THAT(valueOf(one.output, "receipt"), HasSubstr("\"checkpoint\""));
    const auto many = gsoap({"appeal", "zz-12315", "供热", "A-2", "A-3", "A-4"});
    EXPECT_EQ(0, many.exit_code);
    EXPECT_EQ(3U, countOf(many.output, "verdict=created\n")) << many.output;
    const auto ticket_no = valueOf(one.output, "ticket_no");
    const auto shown = gsoap({"ticket", ticket_no});
    EXPECT_EQ(0, shown.exit_code);
    EXPECT_EQ("appeal", valueOf(shown.output, "kind")) << shown.output;
    assign(ticket_no);
    const auto changes = gsoap({"changes"});
    EXPECT_EQ(ticket_no + " assignment", valueOf(changes.output, "change")) << changes.output;
    EXPECT_EQ("", valueOf(gsoap({"changes", valueOf(changes.output, "next")}).output, "change"));
    EXPECT_THAT(gsoap({"codes", "channel"}).output, HasSubstr("code=03 "));
}

TEST_F(SoapClients, GsoapUploadsByMtom) {
    federation.startGateway();
    const auto uploaded = gsoap({"upload", photo(), "image/png"});
    ASSERT_EQ(0, uploaded.exit_code) << uploaded.output << log();
    expectStored(valueOf(uploaded.output, "digest"));
}

TEST_F(SoapClients, GsoapIsToldWhatIsWrong) {
    federation.startGateway();
    const auto refused = gsoap({"appeal", "zz-12315", std::string(300, 'x'), "A-1"});
    EXPECT_EQ(1, refused.exit_code) << refused.output;
    EXPECT_EQ("record.invalid", valueOf(refused.output, "code"));
    EXPECT_THAT(valueOf(refused.output, "error"), HasSubstr("/title"));
    EXPECT_NE("", valueOf(refused.output, "detail_zh"));
    const auto not_own = gsoap({"appeal", "zz-110", "供热", "A-1"});
    EXPECT_EQ("speaker.source_not_own", valueOf(not_own.output, "code")) << not_own.output;
    EXPECT_THAT(valueOf(not_own.output, "faultcode"), HasSubstr("Sender"));
    EXPECT_EQ("request.not_found", valueOf(gsoap({"ticket", "430200-20190418-0000123-7"}).output, "code"));
}

TEST_F(SoapClients, GsoapTrustsNobodyElsesAnswer) {
    federation.startGateway();
    EXPECT_EQ(69, gsoap({"codes", "channel"}, "hotline-rsa.pem").exit_code);
    EXPECT_EQ(69, gsoap({"ticket", "430200-20190418-0000123-7"}, "hotline-rsa.pem").exit_code);
}

TEST_F(SoapClients, NodeSubmitsOneAndManyAndReadsThemBack) {
    federation.startGateway();
    const auto record = [&](const std::string& ref) {
        return file(ref + ".json", appeal("zz-12315", ref, {{"version", "1"}, {"category_path", R"(["供热","室温"])"}}));
    };
    const auto one = node({"submit", record("A-1")});
    ASSERT_EQ(0, one.exit_code) << one.output << log();
    EXPECT_THAT(one.output, HasSubstr("\"status\":\"201\""));
    EXPECT_THAT(node({"submit", record("A-1")}).output, HasSubstr("\"duplicate\":true"));
    const auto many = node({"submit", record("A-2"), record("A-3")});
    EXPECT_EQ(2U, countOf(many.output, "\"verdict\":\"created\"")) << many.output;
}

TEST_F(SoapClients, NodeUploadsByMtom) {
    federation.startGateway();
    const auto uploaded = node({"upload", photo(), "image/png"});
    ASSERT_EQ(0, uploaded.exit_code) << uploaded.output << log();
    const auto answer = json::parse(uploaded.output);
    ASSERT_TRUE(answer.ok());
    expectStored(json::textMember(*answer, "digest"));
}

TEST_F(SoapClients, NodeIsToldWhatIsWrong) {
    federation.startGateway();
    const auto refused = node({"submit", file("bad.json", appeal("zz-12315", "A-1", {{"appeal_time", "yesterday"}}))});
    EXPECT_EQ(1, refused.exit_code) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("record.invalid"));
    EXPECT_THAT(refused.output, HasSubstr("/appeal_time"));
}

TEST_F(SoapClients, NodeTrustsNobodyElsesAnswer) {
    federation.startGateway();
    EXPECT_EQ(69, node({"codes", "channel"}, "hotline-rsa.pem").exit_code);
}

TEST_F(SoapClients, AMessageInTheSourcesOwnFormatGoesBySoapToo) {
    shipSource(federation, "zz-hetang", "district-export-csv", "430202", "zz-12315");
    federation.startGateway();
    const auto message = file("export.csv", shippedMessage("zz-hetang", "quoted_newlines_and_open"));
    EXPECT_THAT(node({"message", "zz-hetang", message, "text/csv"}).output, HasSubstr("\"accepted\":\"1\"")) << log();
    EXPECT_THAT(node({"message", "zz-hetang", message, "text/csv"}).output, HasSubstr("\"duplicate\":\"1\"")) << log();
}

}  // namespace
}  // namespace yht::scenarios
