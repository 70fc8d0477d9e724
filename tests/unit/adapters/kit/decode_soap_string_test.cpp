#include "adapters/kit/decode_soap_string.h"

#include "tests/unit/adapters/kit/decode_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecodeRules soap(Format format = Format::Json, const char* items = "") {
    DecodeRules rules;
    rules.format = Format::SoapString;
    rules.charset = "";
    rules.inner.operation = "SubmitThird";
    rules.inner.element = "strThird";
    auto inner = std::make_shared<DecodeRules>();
    inner->format = format;
    inner->items = items;
    rules.inner_rules = inner;
    return rules;
}

Decoded decoded(const DecodeRules& rules, std::string_view message) {
    return decodeBy(makeSoapStringDecoder, rules, message);
}

std::string call(
    const std::string& arguments, const char* version = "http://schemas.xmlsoap.org/soap/envelope/"
) {
    return "<?xml version='1.0' encoding='utf-8'?><s:Envelope xmlns:s='" + std::string(version) +
           "'><s:Header/><s:Body><SubmitThird xmlns='http://tempuri.org/'>" + arguments +
           "</SubmitThird></s:Body></s:Envelope>";
}

TEST(DecodeSoapStringTest, JsonInsideTheStringBecomesItems) {
    const auto out =
        decoded(soap(), call("<SessionID>1</SessionID><strThird>{\"Title\":\"水管\"}</strThird>"));
    EXPECT_THAT(out.items, ElementsAre("{Title:\"水管\"}"));
    EXPECT_THAT(out.raw[0].place, HasSubstr("strThird[1]"));
}

TEST(DecodeSoapStringTest, XmlInsideTheStringMayStillSayGbk) {
    const auto out = decoded(
        soap(Format::Xml, "row"),
        call(
            "<strThird>&lt;?xml version='1.0' encoding='GBK'?&gt;&lt;t&gt;&lt;row&gt;水&lt;/row&gt;"
            "&lt;row&gt;管&lt;/row&gt;&lt;/t&gt;</strThird>"
        )
    );
    EXPECT_THAT(out.items, ElementsAre("\"水\"", "\"管\""));
}

TEST(DecodeSoapStringTest, CdataAndSoap12AreTheSame) {
    EXPECT_THAT(
        decoded(
            soap(), call(
                        "<a><strThird><![CDATA[{\"a\":\"<\"}]]></strThird></a>",
                        "http://www.w3.org/2003/05/soap-envelope"
                    )
        )
            .items,
        ElementsAre("{a:\"<\"}")
    );
}

TEST(DecodeSoapStringTest, ABadTextFailsAloneAndTheNextIsRead) {
    const auto out = decoded(
        soap(), call("<strThird>{\"a\":</strThird><strThird/><strThird>{\"a\":\"1\"}</strThird>")
    );
    EXPECT_THAT(out.items, ElementsAre(HasSubstr("!adapter."), "{a:\"1\"}"));
    EXPECT_EQ(out.error, "");
}

TEST(DecodeSoapStringTest, WhatIsNotTheCallIsAnError) {
    for (const std::string& message :
         {std::string("<a/>"), std::string("<Envelope/>"),
          std::string("<Envelope><Body/></Envelope>"),
          std::string("<Envelope><Body><GetOrgs/></Body></Envelope>"), call("<other/>"),
          call("<strThird>")}) {
        EXPECT_EQ(decoded(soap(), message).error, kUndecodable) << message;
    }
}

TEST(DecodeSoapStringTest, TheEnvelopesDoctypeIsRefused) {
    EXPECT_EQ(decoded(soap(), "<!DOCTYPE a [<!ENTITY b 'c'>]><Envelope/>").error, kUndecodable);
}

TEST(DecodeSoapStringTest, BytesAreBounded) {
    DecodeRules rules = soap();
    rules.limits.message_bytes_max = 10;
    EXPECT_EQ(decoded(rules, call("")).error, kTooLarge);
}

// Whatever the manifest allows a message. The first byte is of no charset: within the bound nothing of it is read but that.
TEST(DecodeSoapStringTest, BytesOfAnEnvelopeAreBoundedBelowThoseOfAMessage) {
    const std::string message(kSoapEnvelopeBytesMax + 1, '\xFF');
    EXPECT_EQ(decoded(soap(), message).error, kTooLarge);
    EXPECT_EQ(decoded(soap(), std::string_view(message).substr(1)).error, kUndecodable);
}

TEST(DecodeSoapStringTest, SoapInSoapIsAMistakeOfTheManifest) {
    EXPECT_EQ(
        makeSoapStringDecoder(soap(Format::SoapString)).error().code,
        base::ErrorCode::ManifestInvalid
    );
    DecodeRules rules = soap();
    rules.inner_rules = nullptr;
    EXPECT_EQ(makeSoapStringDecoder(rules).error().code, base::ErrorCode::ManifestInvalid);
}

TEST(DecodeSoapStringTest, WhatStandsBesideTheStringIsAMemberOfEachItem) {
    auto rules = soap();
    rules.inner.beside = {"OrgNumber", "Absent"};
    const auto out = decoded(
        rules, call("<strThird>{\"a\":1,\"@OrgNumber\":\"forged\"}</strThird><OrgNumber>33</OrgNumber>"
                    "<strThird>[2]</strThird>")
    );
    EXPECT_THAT(out.items, ElementsAre("{a:N'1',@OrgNumber:\"33\"}", "N'2'"));
}

}  // namespace
}  // namespace yht::kit
