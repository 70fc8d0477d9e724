// The second file of a table, beside it in an archive: as FoxPro and dBase write it, and as nobody should.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "adapters/kit/dbf_memo.h"
#include "adapters/kit/decode_dbf.h"
#include "adapters/kit/zip_archive.h"
#include "tests/unit/adapters/kit/decode_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Layout = DbfMemo::Layout;

DecodeRules dbf() {
    DecodeRules rules;
    rules.format = Format::Dbf;
    rules.charset = "";  // the table says it
    return rules;
}

Decoded decoded(const std::string& message, const DecodeRules& rules = dbf()) {
    return decodeBy(makeDbfDecoder, rules, message);
}

std::string packed(const std::vector<std::pair<std::string, std::string>>& files) {
    std::vector<std::pair<std::string, std::string_view>> views(files.begin(), files.end());
    auto archive = packedTogether(views);
    EXPECT_TRUE(archive.ok());
    return archive.ok() ? *archive : "";
}

std::string number(std::uint64_t value, int width, bool big) {
    std::string out;
    for (int i = 0; i < width; ++i) {
        const int shift = 8 * (big ? width - 1 - i : i);
        out.push_back(static_cast<char>(value >> shift));
    }
    return out;
}

/// One column, a memo, of four bytes: the blocks that its records name.
std::string table(int version, const std::vector<std::uint64_t>& blocks) {
    std::string file = number(static_cast<unsigned>(version), 1, false) + "\x1A\x01\x1F" + number(blocks.size(), 4, false) + number(65, 2, false) + number(5, 2, false);
    file.resize(29, '\0');
    file += "\x7A" + std::string(2, '\0');
    file += "M" + std::string(10, '\0') + "M" + std::string(4, '\0') + "\x04" + std::string(15, '\0') + "\r";
    for (const auto block : blocks) file += " " + number(block, 4, false);
    return file;
}

std::string foxpro(std::uint64_t block_bytes, const std::string& blocks) {
    return std::string(6, '\0') + number(block_bytes, 2, true) + std::string(504, '\0') + blocks;
}

std::string foxproText(const std::string& text, std::uint64_t kind = 1) {
    return number(kind, 4, true) + number(text.size(), 4, true) + text;
}

/// What python3-dbf wrote.
std::vector<std::pair<std::string, std::string>> written(const std::string& type, const char* memo) {
    const auto folder = std::filesystem::temp_directory_path() / ("yht-table-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const std::string command = "/usr/bin/python3 -W ignore " YHT_SOURCE_DIR "/tests/unit/adapters/kit/make_table.py " + type + " " + folder.string();
    EXPECT_EQ(std::system(command.c_str()), 0) << "python3-dbf is in tools/packages.txt";
    std::vector<std::pair<std::string, std::string>> files;
    for (const char* name : {"t.dbf", memo}) {
        std::ifstream file(folder / name, std::ios::binary);
        files.emplace_back(name, std::string{std::istreambuf_iterator<char>(file), {}});
    }
    std::filesystem::remove_all(folder);
    return files;
}

class AnothersTable : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(AnothersTable, HasItsTexts) {
    const auto [type, memo] = GetParam();
    const auto out = decoded(packed(written(type, memo)));
    std::string long_text;
    for (int i = 0; i < 30; ++i) long_text += "水管漏了,三天无人修。";
    EXPECT_EQ("", out.error) << out.error_text;
    EXPECT_THAT(out.items, ElementsAre("{NO:\"A-1\",NOTES:\"" + long_text + "\"}", "{NO:\"A-2\",NOTES:null}", "{NO:\"A-3\",NOTES:\"短\"}"));
    for (const auto& item : out.raw) EXPECT_EQ(0u, item.raw_bytes) << "an archive's record is no slice of the message";
}

INSTANTIATE_TEST_SUITE_P(
    DbfMemo, AnothersTable,
    ::testing::Values(std::pair{"vfp", "t.fpt"}, std::pair{"fp", "t.fpt"}, std::pair{"db3", "t.dbt"}),
    [](const auto& test) { return std::string(test.param.first); }
);

TEST(DbfMemo, DBase4HasLittleEndianLengthsThatCountTheirHead) {
    std::string memo = std::string(20, '\0') + number(512, 2, false) + std::string(490, '\0');
    memo += std::string("\xFF\xFF\x08\0", 4) + number(8 + 2, 4, false) + "\xCB\xAE";
    const auto out = decoded(packed({{"T.DBF", table(0x8B, {1, 0})}, {"T.DBT", memo}}));
    EXPECT_THAT(out.items, ElementsAre("{M:\"水\"}", "{M:null}"));
}

TEST(DbfMemo, BlocksOfNoOrHostilePlacesFailTheirRecordAlone) {
    const std::string good = foxproText("ok");
    struct Case {
        const char* what;
        std::string memo;
        std::uint64_t block;
    };
    const Case cases[] = {
        {"beyond the end", foxpro(64, good), 9},
        {"as far as a number goes", foxpro(64, good), 0xFFFFFFFF},
        {"in the header", foxpro(64, good), 3},
        {"longer than the file", foxpro(64, number(1, 4, true) + number(0xFFFFFFFF, 4, true) + "x"), 8},
        {"a picture", foxpro(64, foxproText("ok", 0)), 8},
        {"a head that is cut", foxpro(64, "\0\0\0\1"), 8},
        {"a wrong byte", foxpro(64, foxproText("a\xFF")), 8},
    };
    for (const auto& [what, memo, block] : cases) {
        const auto out = decoded(packed({{"t.dbf", table(0x30, {block, 0})}, {"t.fpt", memo}}));
        EXPECT_THAT(out.items, ElementsAre("!adapter.item_undecodable", "{M:null}")) << what;
    }
    const auto wrong_byte = decoded(packed({{"t.dbf", table(0x30, {8})}, {"t.fpt", cases[6].memo}}));
    EXPECT_THAT(wrong_byte.raw[0].failure->public_en, HasSubstr("Byte 521 ")) << "where it stands in the memo file";
}

TEST(DbfMemo, AFileWithoutAHeaderOrWithBlocksOfNoLengthFailsTheMessage) {
    for (const std::string& memo : {std::string(), std::string(511, '\0'), foxpro(0, foxproText("ok"))}) {
        const auto out = decoded(packed({{"t.dbf", table(0x30, {8})}, {"t.fpt", memo}}));
        EXPECT_EQ("adapter.item_undecodable", out.error);
        EXPECT_TRUE(out.items.empty());
    }
}

TEST(DbfMemo, TextsAreBounded) {
    auto rules = dbf();
    rules.limits.item_bytes_max = 100;
    const std::string memo = foxpro(64, foxproText(std::string(101, 'x')));
    EXPECT_THAT(decoded(packed({{"t.dbf", table(0x30, {8})}, {"t.fpt", memo}}), rules).items, ElementsAre("!adapter.item_too_large"));
    // dBase III: looked for no further than it may be.
    const std::string third = std::string(512, '\0') + std::string(1'000, 'x') + "\x1A";
    EXPECT_THAT(decoded(packed({{"t.dbf", table(0x83, {1})}, {"t.dbt", third}}), rules).items, ElementsAre("!adapter.item_too_large"));
    // Chinese grows by half on its way to UTF-8.
    std::string chinese;
    for (int i = 0; i < 40; ++i) chinese += "\xCB\xAE";
    EXPECT_THAT(decoded(packed({{"t.dbf", table(0x30, {8})}, {"t.fpt", foxpro(64, foxproText(chinese))}}), rules).items, ElementsAre("!adapter.item_too_large"));
    // One long text that every record names.
    rules.limits.item_bytes_max = 1'000;
    rules.limits.expanded_bytes_max = 2'000;
    const std::string named = packed({{"t.dbf", table(0x30, {8, 8, 8})}, {"t.fpt", foxpro(64, foxproText(std::string(900, 'x')))}});
    const auto out = decoded(named, rules);
    ASSERT_EQ(3u, out.items.size()) << out.error_text;
    EXPECT_EQ("!adapter.item_too_large", out.items[2]);
}

TEST(DbfMemo, AnArchiveHoldsOneTableAndWhatBelongsToIt) {
    const std::string memo = foxpro(64, foxproText("ok"));
    const auto indexed = packed({{"x/", ""}, {"x/t.dbf", table(0x30, {8})}, {"x/t.FPT", memo}, {"x/t.cdx", "index"}});
    EXPECT_THAT(decoded(indexed).items, ElementsAre("{M:\"ok\"}"));
    const auto alone = decoded(packed({{"t.dbf", table(0x30, {8, 0})}}));
    EXPECT_THAT(alone.items, ElementsAre("!adapter.item_undecodable", "{M:null}"));
    for (const auto& files : std::vector<std::vector<std::pair<std::string, std::string>>>{
             {{"t.fpt", memo}},
             {{"t.dbf", table(0x30, {8})}, {"u.dbf", table(0x30, {8})}},
             {{"t.dbf", table(0x30, {8})}, {"t.fpt", memo}, {"u.fpt", memo}},
             {{"t.dbf", table(0x30, {8})}, {"readme.txt", "hello"}}}) {
        const auto out = decoded(packed(files));
        EXPECT_EQ("adapter.item_undecodable", out.error) << files.size();
        EXPECT_TRUE(out.items.empty());
    }
}

TEST(DbfMemo, WhatIsPackedTwiceIsTheSameBytes) {
    EXPECT_EQ(packed({{"t.dbf", "a"}, {"t.fpt", "b"}}), packed({{"t.dbf", "a"}, {"t.fpt", "b"}}));
}

}  // namespace
}  // namespace yht::kit
