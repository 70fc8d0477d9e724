#include "gateway/intake/soap/related_parts.h"

#include <gtest/gtest.h>

namespace yht::soap {
namespace {

struct Read {
    std::string envelope, id, content, error;
};

constexpr std::size_t kEnvelopeMax = 64;

/// Fed in pieces of `piece_bytes`.
Read read(const std::string& body, std::size_t piece_bytes) {
    Read seen;
    RelatedParts parts("b1", kEnvelopeMax,
                       {.envelope = [&](std::string text) -> base::Status { seen.envelope = std::move(text); return {}; },
                        .begin = [&](const std::string& id) -> base::Status { seen.id = id; return {}; },
                        .content = [&](std::string_view piece) -> base::Status { seen.content.append(piece); return {}; }});
    for (std::size_t at = 0; at < body.size(); at += piece_bytes) {
        if (auto fed = parts.feed(std::string_view(body).substr(at, piece_bytes)); !fed) {
            seen.error = fed.error().row().wire;
            return seen;
        }
    }
    if (auto whole = parts.finish(); !whole) seen.error = whole.error().row().wire;
    return seen;
}

const std::string kHead = "--b1\r\nContent-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n";
const std::string kEnvelope = "<e/>\r\n--b not the end\r\n";
const std::string kSecond = "\r\n--b1\r\nContent-ID: <photo@x>\r\nContent-Transfer-Encoding: binary\r\n\r\n";
const std::string kContent = std::string("\r\n--b\0--b2\r\n\r\n--b", 18) + "end";
const std::string kWhole = kHead + kEnvelope + kSecond + kContent + "\r\n--b1--\r\n";

TEST(RelatedParts, AreTheSameHoweverTheBytesComeIn) {
    for (std::size_t piece = 1; piece <= kWhole.size(); ++piece) {
        const Read seen = read(kWhole, piece);
        EXPECT_EQ("", seen.error) << piece;
        EXPECT_EQ(kEnvelope, seen.envelope) << piece;
        EXPECT_EQ("photo@x", seen.id) << piece;
        EXPECT_EQ(kContent, seen.content) << piece;
    }
}

TEST(RelatedParts, APreambleIsPassedOver) {
    EXPECT_EQ(kContent, read("hello\r\n" + kWhole, 7).content);
}

TEST(RelatedParts, TornAnywhereIsRefused) {
    for (std::size_t length = 0; length < kWhole.size() - 4; ++length) {
        EXPECT_EQ("soap.malformed", read(kWhole.substr(0, length), 16).error) << length;
    }
}

TEST(RelatedParts, AThirdPartIsRefused) {
    const std::string third = kHead + kEnvelope + kSecond + "x" + kSecond + "y\r\n--b1--";
    EXPECT_EQ("soap.attachment_refused", read(third, 50).error);
}

TEST(RelatedParts, ATransferEncodingIsRefused) {
    const std::string coded = kHead + kEnvelope + "\r\n--b1\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b1--";
    EXPECT_EQ("soap.attachment_refused", read(coded, 50).error);
}

TEST(RelatedParts, AnEnvelopeBeyondItsBoundIsRefused) {
    EXPECT_EQ("request.body_too_large", read(kHead + std::string(kEnvelopeMax + 1, 'x') + "\r\n--b1--", 10).error);
}

TEST(RelatedParts, EndlessPartHeadersAreRefused) {
    EXPECT_EQ("soap.malformed", read("--b1\r\nX: " + std::string(kPartHeaderBytesMax + 10, 'x'), 100).error);
}

TEST(SoapContentType, TellsTheThreeForms) {
    EXPECT_FALSE(readSoapContentType("text/xml; charset=\"GBK\"")->soap12);
    EXPECT_EQ("GBK", readSoapContentType("text/xml; charset=\"GBK\"")->charset);
    EXPECT_TRUE(readSoapContentType("application/soap+xml;action=\"x\"")->soap12);
    const auto mtom = readSoapContentType(
        "multipart/related; type=\"application/xop+xml\"; start=\"<r>\"; start-info=\"application/soap+xml; action=\\\"x\\\"\"; boundary=\"b;1\""
    );
    ASSERT_TRUE(mtom.ok());
    EXPECT_TRUE(mtom->multipart && mtom->soap12);
    EXPECT_EQ("b;1", mtom->boundary);
}

TEST(SoapContentType, ABoundaryBeyondItsBoundIsRefused) {
    const auto with = [](std::size_t bytes) {
        return readSoapContentType(
            R"(multipart/related; type="application/xop+xml"; start="<r>"; start-info="text/xml"; boundary=)" + std::string(bytes, 'b')
        );
    };
    EXPECT_TRUE(with(kBoundaryBytesMax).ok());
    EXPECT_FALSE(with(kBoundaryBytesMax + 1).ok());
}

TEST(SoapContentType, RefusesTheRest) {
    for (const char* type : {"", "application/json", "multipart/related", "multipart/related; type=\"text/xml\"; boundary=b; start-info=\"text/xml\"",
                             "multipart/related; type=\"application/xop+xml\"; start-info=\"text/xml\""}) {
        EXPECT_EQ(base::ErrorCode::MediaTypeUnsupported, readSoapContentType(type).error().code) << type;
    }
}

}  // namespace
}  // namespace yht::soap
