// Faults as a profile's rows class them: 1.1 and 1.2, signed and not.
#include "adapters/kit/soap_fault.h"

#include <gtest/gtest.h>

#include "adapters/kit/xml_value.h"

namespace yht::kit {
namespace {

std::optional<SoapFault> faultOf(const std::string& xml) {
    const auto document = xml::Document::parse(xml);
    if (!document) return std::nullopt;
    return readFault(document->root());
}

std::string fault11(const std::string& code, const std::string& detail = "") {
    return "<s:Fault xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><faultcode>" + code +
           "</faultcode><faultstring>张三 13900000000</faultstring>" +
           (detail.empty() ? "" : "<detail><f:ServiceFault xmlns:f=\"urn:f\"><f:Code>" + detail + "</f:Code></f:ServiceFault></detail>") +
           "</s:Fault>";
}

std::string fault12(const std::string& code, const std::string& subcode = "", const std::string& detail = "") {
    const std::string inner = subcode.empty() ? "" : "<s:Subcode><s:Value>x:" + subcode + "</s:Value></s:Subcode>";
    return "<s:Fault xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:x=\"urn:x\"><s:Code><s:Value>s:" + code + "</s:Value>" +
           inner + "</s:Code><s:Reason><s:Text xml:lang=\"en\">no</s:Text></s:Reason>" +
           (detail.empty() ? "" : "<s:Detail><ServiceFault><Code>" + detail + "</Code></ServiceFault></s:Detail>") + "</s:Fault>";
}

FaultRow row(FaultClass then) {
    FaultRow row;
    row.then = then;
    return row;
}

TEST(SoapFaultTest, CodesLoseTheirPrefixAndSplitAtTheDot) {
    const auto plain = faultOf(fault11(" s:Client\n"));
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->code, "Client");
    EXPECT_EQ(plain->subcode, "");
    EXPECT_TRUE(plain->detail.IsNull());
    const auto dotted = faultOf(fault11("Server.Busy.Hard"));
    EXPECT_EQ(dotted->code, "Server");
    EXPECT_EQ(dotted->subcode, "Busy.Hard");
    const auto twelve = faultOf(fault12("Sender", "Limit"));
    EXPECT_EQ(twelve->code, "Sender");
    EXPECT_EQ(twelve->subcode, "Limit");
}

TEST(SoapFaultTest, AFaultWithoutACodeIsNone) {
    EXPECT_FALSE(faultOf("<s:Fault xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"/>"));
    EXPECT_FALSE(faultOf(fault11("")));
    EXPECT_FALSE(faultOf(fault12("")));
}

TEST(SoapFaultTest, NamesInOneElementOfItsDetailAreBounded) {
    const auto of = [](std::size_t names) {
        std::string detail;
        for (std::size_t i = 0; i < names; ++i) detail += "<n" + std::to_string(i) + "/>";
        detail += "<n0/>";  // a name that is there already adds none
        return faultOf(
            "<s:Fault xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><faultcode>s:Client</faultcode><detail>" + detail +
            "</detail></s:Fault>"
        );
    };
    const auto most = of(kXmlMembersMax), more = of(kXmlMembersMax + 1);
    ASSERT_TRUE(most);
    EXPECT_EQ(most->detail.MemberCount(), kXmlMembersMax);
    EXPECT_FALSE(more);
}

TEST(SoapFaultTest, TheFirstRowThatFitsDecides) {
    FaultRules rules{.detail_code = "ServiceFault/Code"};
    auto stop = row(FaultClass::Stop), refuse = row(FaultClass::Refuse), retry = row(FaultClass::Retry);
    stop.asks_detail = true;
    stop.details.add("1101-1199");
    refuse.asks_code = true;
    refuse.codes.add("Client");
    refuse.codes.add("Sender");
    retry.http = {503};
    rules.rows = {stop, refuse, retry};
    const auto classOf = [&](const std::string& xml, int status) { return classify(rules, *faultOf(xml), status, true); };
    EXPECT_EQ(classOf(fault11("s:Client", "1103"), 500), FaultClass::Stop);
    EXPECT_EQ(classOf(fault12("Sender", "", "1103"), 400), FaultClass::Stop);
    EXPECT_EQ(classOf(fault11("s:Client", "2101"), 500), FaultClass::Refuse);
    EXPECT_EQ(classOf(fault12("Sender"), 400), FaultClass::Refuse);
    EXPECT_EQ(classOf(fault11("s:Server"), 503), FaultClass::Retry);
    // What no row names says nothing.
    EXPECT_EQ(classOf(fault11("s:Server"), 500), std::nullopt);
    EXPECT_EQ(classOf(fault11("s:Server", "1200"), 500), std::nullopt);
}

TEST(SoapFaultTest, EverythingThatARowNamesMustFit) {
    FaultRules rules{.detail_code = "ServiceFault/Code"};
    auto both = row(FaultClass::Retry);
    both.asks_code = both.asks_subcode = both.asks_detail = true;
    both.codes.add("Server");
    both.subcodes.add("Busy");
    both.details.add("3101");
    both.http = {500};
    rules.rows = {both};
    EXPECT_EQ(classify(rules, *faultOf(fault11("s:Server.Busy", "3101")), 500, true), FaultClass::Retry);
    EXPECT_FALSE(classify(rules, *faultOf(fault11("s:Server.Busy", "3101")), 200, true));
    EXPECT_FALSE(classify(rules, *faultOf(fault11("s:Server", "3101")), 500, true));
    EXPECT_FALSE(classify(rules, *faultOf(fault11("s:Client.Busy", "3101")), 500, true));
    EXPECT_FALSE(classify(rules, *faultOf(fault11("s:Server.Busy", "3102")), 500, true));
}

TEST(SoapFaultTest, AnUnsignedFaultIsBelievedByRowsThatSaySo) {
    FaultRules rules;
    auto careful = row(FaultClass::Stop), open = row(FaultClass::Retry);
    careful.asks_code = open.asks_code = true;
    careful.codes.add("Client");
    open.codes.add("Server");
    open.unsigned_too = true;
    rules.rows = {careful, open};
    EXPECT_EQ(classify(rules, *faultOf(fault11("s:Client")), 500, true), FaultClass::Stop);
    EXPECT_EQ(classify(rules, *faultOf(fault11("s:Client")), 500, false), std::nullopt);
    EXPECT_EQ(classify(rules, *faultOf(fault11("s:Server")), 500, false), FaultClass::Retry);
}

}  // namespace
}  // namespace yht::kit
