#include "gateway/intake/soap/schema_text.h"

#include <gtest/gtest.h>

#include "gateway/intake/soap/operations.h"
#include "gateway/ticket/catalogue.h"
#include "gateway/xml/document.h"
#include "tests/support/pki.h"

namespace yht::soap {
namespace {

const std::filesystem::path kSchemas = std::filesystem::path(YHT_SOURCE_DIR) / "schemas";

TEST(SoapSchema, TheCommittedCopiesAreWhatTheTablesSay) {
    EXPECT_TRUE(test::readFile(kSchemas / "records.xsd") == schemaText()) << "run: yht schema xsd > schemas/records.xsd";
    EXPECT_TRUE(test::readFile(kSchemas / "yihaotong.wsdl") == wsdlText("https://gateway.example:8443/soap/v1"))
        << "run: yht schema wsdl > schemas/yihaotong.wsdl";
}

TEST(SoapSchema, ElementsOfAKindStandByAscendingNumber) {
    const std::string text = schemaText();
    for (const auto& kind : ticket::kindTable()) {
        std::string type = kind.name;
        type[0] = static_cast<char>(type[0] - 'a' + 'A');
        std::size_t at = text.find("<xs:complexType name=\"" + type + "\">");
        ASSERT_NE(text.npos, at);
        for (const auto& row : ticket::fieldTable()) {
            if ((row.kinds & ticket::only(kind.kind)) == 0) continue;
            at = text.find(std::string("<xs:element name=\"") + row.name + '"', at);
            ASSERT_NE(text.npos, at) << type << '.' << row.name;
        }
    }
}

TEST(SoapSchema, TheWsdlIsWellFormedAndHasEveryOperationTwice) {
    const std::string text = wsdlText("https://a.example/soap/v1?a&b");
    ASSERT_TRUE(xml::Document::parse(text).ok());
    for (const auto& operation : operations()) {
        const std::string action = "soapAction=\"" + soapAction(operation) + '"';
        const auto first = text.find(action);
        EXPECT_NE(text.npos, first);
        EXPECT_NE(text.npos, text.find(action, first + 1));
    }
}

}  // namespace
}  // namespace yht::soap
