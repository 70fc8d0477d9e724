#include "gateway/attachments/media_type.h"

#include "attachments_fixture.h"

namespace yht::attachments {
namespace {

using namespace std::string_literals;

/// The type kept, or the wire code; the content comes in pieces of that size.
std::string typeOf(
    base::BytesView content, std::string_view declared = "application/octet-stream",
    std::size_t piece_bytes = 1
) {
    TypeDetector detector;
    while (!content.empty()) {
        const auto piece = content.substr(0, piece_bytes);
        if (auto taken = detector.take(piece); !taken) return taken.error().row().wire;
        content.remove_prefix(piece.size());
    }
    const auto type = detector.finish(declared);
    return type.ok() ? *type : type.error().row().wire;
}

std::string foundIn(base::BytesView content) {
    TypeDetector detector;
    auto taken = detector.take(content);
    if (!taken) return taken.error().public_en;
    const auto type = detector.finish("application/octet-stream");
    return type.ok() ? "taken" : type.error().public_en;
}

TEST(MediaTypeTest, EveryRowOfTheTableIsFound) {
    const std::string rest(80, '\x01');
    const std::pair<std::string, std::string> examples[] = {
        {"\xFF\xD8\xFF\xE0", "image/jpeg"},
        {"\x89PNG\r\n\x1A\n", "image/png"},
        {"GIF87a", "image/gif"},
        {"GIF89a", "image/gif"},
        {"RIFF\x01\x02\x03\x04WEBP", "image/webp"},
        {"BM\x01\x02\x03\x04\0\0\0\0"s, "image/bmp"},
        {"%PDF-1.7", "application/pdf"},
        {"PK\x03\x04", "application/zip"},
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "application/x-ole-storage"},
        {"ID3\x04", "audio/mpeg"},
        {"\xFF\xFB\x90", "audio/mpeg"},
        {"\xFF\xF3\x90", "audio/mpeg"},
        {"\xFF\xF2\x90", "audio/mpeg"},
        {"RIFF\x01\x02\x03\x04WAVE", "audio/wav"},
        {"#!AMR\n", "audio/amr"},
        {"#!AMR-WB\n", "audio/amr-wb"},
        {"OggS", "audio/ogg"},
        {"\0\0\0\x18" "ftypmp42"s, "video/mp4"},
    };
    for (const auto& [beginning, type] : examples) {
        EXPECT_EQ(type, typeOf(beginning + rest)) << type;
        EXPECT_EQ(type, typeOf(beginning + rest, "application/octet-stream", 1000)) << type;
    }
}

TEST(MediaTypeTest, TextInUtf8OrGb18030IsText) {
    EXPECT_EQ("text/plain", typeOf("一号通 12345\r\n\t😀"));
    EXPECT_EQ("text/plain", typeOf("\xEF\xBB\xBF" "bom"));
    EXPECT_EQ("text/plain", typeOf("\xD2\xBB\xBA\xC5\xCD\xA8"));  // 一号通
    EXPECT_EQ("text/plain", typeOf("\x81\x30\x81\x30"));          // four octets
    EXPECT_EQ("text/csv", typeOf("a,b\n1,2\n", "Text/CSV; charset=utf-8"));
}

TEST(MediaTypeTest, WhatIsNoTextToItsLastOctetIsRefused) {
    const std::string refused = "attachment.type_refused";
    EXPECT_EQ(refused, typeOf("ends in the middle \xE4"));
    EXPECT_EQ(refused, typeOf("a nul \0 in it"s));
    EXPECT_EQ(refused, typeOf("an escape \x1B[2J"));
    EXPECT_EQ(refused, typeOf("overlong \xC0\xAF"s + "\xFF"));
    EXPECT_EQ(refused, typeOf(std::string(100'000, 'a') + "\xFF\xFF"));
}

TEST(MediaTypeTest, Utf8ThatIsNotWellFormedIsNotUtf8) {
    const auto utf8 = [](std::string_view text) {
        TextJudge judge;
        for (const char c : text) judge.take(static_cast<unsigned char>(c));
        return judge.utf8();
    };
    EXPECT_TRUE(utf8("\xF4\x8F\xBF\xBF"));
    for (const char* bad : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                            "\x80", "\xC3", "\xE4\xB8"}) {
        EXPECT_FALSE(utf8(bad)) << base::toHex(bad);
    }
}

TEST(MediaTypeTest, ARefusalNamesWhatWasFound) {
    const std::string rest(80, '\x01');
    EXPECT_THAT(foundIn("MZ" + rest), testing::HasSubstr("a Windows program"));
    EXPECT_THAT(foundIn("\x7F" "ELF" + rest), testing::HasSubstr("ELF"));
    EXPECT_THAT(foundIn("#!/bin/sh\nrm -rf /\n"), testing::HasSubstr("a script"));
    EXPECT_THAT(foundIn("Rar!\x1A\x07" + rest), testing::HasSubstr("RAR"));
    EXPECT_THAT(foundIn(""), testing::HasSubstr("empty"));
    EXPECT_THAT(foundIn("\xFF\xFEh"), testing::HasSubstr("UTF-16"));
    EXPECT_THAT(foundIn("\x01\x02" + rest), testing::HasSubstr("no type that is known"));
}

TEST(MediaTypeTest, WhatIsSurelyRefusedIsRefusedBeforeItsEnd) {
    TypeDetector detector;
    EXPECT_EQ("attachment.type_refused", codeOf(detector.take("MZ" + std::string(kMagicBytesMax, 'x'))));
}

TEST(MediaTypeTest, AnOfficeFileKeepsTheNameItIsDeclaredBy) {
    const std::string docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    EXPECT_EQ(docx, typeOf("PK\x03\x04" + std::string(80, '\x01'), docx));
    EXPECT_EQ("application/msword", typeOf("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(80, '\x01'), "application/msword"));
}

TEST(MediaTypeTest, AnotherTypeThanDeclaredIsRefused) {
    EXPECT_EQ("attachment.type_differs", typeOf(png(100), "image/jpeg"));
    EXPECT_EQ("attachment.type_differs", typeOf(png(100), ""));
    EXPECT_EQ("attachment.type_differs", typeOf("<html></html>", "text/html"));
    EXPECT_EQ("attachment.type_differs", typeOf(png(100), "image/png image/jpeg"));
}

}  // namespace
}  // namespace yht::attachments
