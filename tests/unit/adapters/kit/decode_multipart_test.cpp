#include "adapters/kit/decode_multipart.h"

#include "tests/unit/adapters/kit/decode_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecodeRules multipart(const char* charset = "UTF-8") {
    DecodeRules rules;
    rules.format = Format::Multipart;
    rules.charset = charset;
    return rules;
}

Decoded decoded(const DecodeRules& rules, std::string_view message) {
    return decodeBy(makeMultipartDecoder, rules, message);
}

/// A part with these headers behind `form-data`.
std::string part(const std::string& headers, const std::string& body) {
    return "--B\r\nContent-Disposition: form-data; " + headers + "\r\n\r\n" + body + "\r\n";
}
const std::string kEnd = "--B--\r\n";

TEST(DecodeMultipartTest, FieldsAndFilesAreMembersOfOneItem) {
    const auto out = decoded(
        multipart(),
        part("name=\"JJDBH\"", "007") +
            part("name=f; filename=\"a.jpg\"\r\nContent-Type: image/jpeg", "\xFF\xD8\r\n--") + kEnd
    );
    EXPECT_THAT(
        out.items, ElementsAre("{JJDBH:\"007\",f:{filename:\"a.jpg\",content_type:\"image/jpeg\","
                               "base64:\"/9gNCi0t\"}}")
    );
}

TEST(DecodeMultipartTest, ANameThatComesTwiceIsAList) {
    EXPECT_THAT(
        decoded(multipart(), part("name=a", "1") + part("name=a", "2") + kEnd).items,
        ElementsAre("{a:[\"1\",\"2\"]}")
    );
}

TEST(DecodeMultipartTest, TextIsInItsOwnCharsetOrTheManifests) {
    EXPECT_THAT(
        decoded(
            multipart("GBK"),
            part("name=a", "\xCB\xAE") +
                part("name=b\r\nContent-Type: text/plain; charset=utf-8", "水") +
                part("name=c; filename=\"\xCB\xAE.jpg\"", "") +
                part("name=d; filename=\"x\"; filename*=UTF-8''%E6%B0%B4.jpg", "") + kEnd
        )
            .items,
        ElementsAre("{a:\"水\",b:\"水\",c:{filename:\"水.jpg\",content_type:\"\",base64:\"\"},"
                    "d:{filename:\"水.jpg\",content_type:\"\",base64:\"\"}}")
    );
}

TEST(DecodeMultipartTest, AnUndecodableByteIsToldByItsPlaceInTheMessage) {
    const std::string head = part("name=a", "");
    const auto out = decoded(multipart(), part("name=a", "x\xFF") + kEnd);
    EXPECT_THAT(out.items, ElementsAre(std::string("!") + kUndecodable));
    const std::string at = std::to_string(head.size() - 2 + 1);
    EXPECT_THAT(out.raw[0].failure->public_en, HasSubstr("Byte " + at + " "));
}

TEST(DecodeMultipartTest, APathOfAnOldBrowserKeepsItsBackslashes) {
    EXPECT_THAT(
        decoded(multipart(), part("name=a; filename=\"C:\\t\\\"x\\\".jpg\"", "") + kEnd).items,
        ElementsAre(HasSubstr("filename:\"C:\\t\"x\".jpg\""))
    );
}

TEST(DecodeMultipartTest, WhatIsNotWholeIsAnError) {
    for (const std::string& message :
         {std::string(), std::string("a=1"), std::string("--\r\n"), part("name=a", "1"),
          std::string("--B\r\nContent-Disposition: form-data; name=a"), part("x=a", "1") + kEnd,
          std::string("--B\r\nnothing\r\n\r\n1\r\n--B--"),
          part("name=a\r\nContent-Transfer-Encoding: base64", "MQ==") + kEnd,
          part("name=a", "1") + "--Bx\r\n\r\n\r\n" + kEnd}) {
        EXPECT_EQ(decoded(multipart(), message).error, kUndecodable) << message;
    }
}

TEST(DecodeMultipartTest, PartsAreBounded) {
    DecodeRules rules = multipart();
    rules.limits.members_max = 1;
    EXPECT_EQ(decoded(rules, part("name=a", "1") + part("name=b", "2") + kEnd).error, kTooLarge);
}

TEST(DecodeMultipartTest, HeadersOfAPartAreBounded) {
    std::string many, big = "name=a\r\nX: " + std::string(kPartHeaderBytesMax, 'x');
    for (std::size_t i = 0; i < kPartHeadersMax; ++i) many += "\r\nX: 1";
    EXPECT_EQ(decoded(multipart(), part("name=a" + many, "1") + kEnd).error, kTooLarge);
    EXPECT_EQ(decoded(multipart(), part(big, "1") + kEnd).error, kTooLarge);
}

TEST(DecodeMultipartTest, ABoundaryBeyondItsBoundIsRefused) {
    const auto with = [](std::size_t bytes) {
        const std::string boundary = "--" + std::string(bytes, 'B');
        return decoded(
            multipart(), boundary + "\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" + boundary + "--\r\n"
        );
    };
    EXPECT_THAT(with(kBoundaryBytesMax).items, ElementsAre("{a:\"1\"}"));
    EXPECT_EQ(with(kBoundaryBytesMax + 1).error, kUndecodable);
}

TEST(DecodeMultipartTest, BytesOfTheItemAreBoundedAsTheyAreInBase64) {
    DecodeRules rules = multipart();
    rules.limits.item_bytes_max = 13;
    EXPECT_THAT(
        decoded(rules, part("name=a", "123456789012") + kEnd).items, ElementsAre(HasSubstr("1234"))
    );
    EXPECT_THAT(
        decoded(rules, part("name=a; filename=b", "123456789012") + kEnd).items,
        ElementsAre(std::string("!") + kTooLarge)
    );
}

TEST(DecodeMultipartTest, APartMayBeDecodedFurther) {
    DecodeRules rules = multipart();
    rules.inner.element = "file";
    auto inner = std::make_shared<DecodeRules>();
    inner->format = Format::Csv;
    inner->charset = "GBK";
    rules.inner_rules = inner;
    const std::string message =
        part("name=token", "x") + part("name=file; filename=a.csv", "a\n\xCB\xAE") + kEnd;
    const auto out = decoded(rules, message);
    EXPECT_THAT(out.items, ElementsAre("{a:\"水\"}"));
    EXPECT_EQ(message.substr(out.raw[0].raw_offset, out.raw[0].raw_bytes), "\xCB\xAE");
    EXPECT_EQ(decoded(rules, part("name=token", "x") + kEnd).error, kUndecodable);
}

}  // namespace
}  // namespace yht::kit
