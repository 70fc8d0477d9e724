// schemas/README.md and README.zh-CN.md: what a partner reads is what the gateway does.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <regex>
#include <sstream>

#include "gateway/app/markdown.h"
#include "gateway/crypto/certificate.h"
#include "gateway/crypto/digest.h"
#include "gateway/intake/http/limits.h"
#include "gateway/ticket/record_json.h"
#include "gateway/trust/message_signature.h"

namespace yht {
namespace {

using app::MarkdownBlock;
using testing::HasSubstr;

const std::string kSchemas = std::string(YHT_SOURCE_DIR) + "/schemas/";
const std::string kGuides[] = {"README.md", "README.zh-CN.md"};

std::string textOf(const std::string& name) {
    std::ifstream in(kSchemas + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    EXPECT_TRUE(in.good()) << name;
    return text.str();
}

/// The head of examples/signature/request.http, its target absolute.
trust::HttpHead workedRequest() {
    std::istringstream lines(textOf("examples/signature/request.http"));
    std::string line;
    std::getline(lines, line);
    trust::HttpHead head;
    head.method = line.substr(0, line.find(' '));
    const auto path = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
    while (std::getline(lines, line)) {
        std::string name = line.substr(0, line.find(':'));
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        head.set(name, line.substr(line.find(": ") + 2));
    }
    head.target_uri = "https://" + head.field("host") + path;
    return head;
}

/// As `hexdump -C` prints it, without its last line.
std::string hexDump(const std::string& bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
        const std::string row = bytes.substr(at, 16);
        std::ostringstream line;
        line << std::hex << std::setfill('0') << std::setw(8) << at << ' ';
        std::string text;
        for (const char c : row) {
            line << ' ' << std::setw(2) << static_cast<unsigned>(static_cast<unsigned char>(c));
            text += c >= 32 && c < 127 ? c : '.';
        }
        out += line.str() + std::string(3 * (16 - row.size()), ' ') + "  |" + text + "|\n";
    }
    return out;
}

TEST(WorkedSignature, IsWhatTheGatewayRecomputes) {
    const auto head = workedRequest();
    const auto certificate = crypto::Certificate::fromPem(textOf("examples/signature/certificate.pem"));
    ASSERT_TRUE(certificate.ok());
    EXPECT_EQ(head.field("content-digest"), trust::contentDigest(textOf("examples/signature/record.json")));
    const auto input = trust::readSignature(head);
    ASSERT_TRUE(input.ok());
    EXPECT_EQ(input->keyid, certificate->fingerprint());
    const auto base = trust::signatureBase(head, *input, nullptr);
    ASSERT_TRUE(base.ok());
    EXPECT_EQ(*base, textOf("examples/signature/signature-base.txt"));
    const auto& key = certificate->publicKey();
    const auto verdict = [&](const std::string& text) {
        return *key.verify(key.defaultAlgorithm(), text, input->signature);
    };
    EXPECT_EQ(verdict(*base), crypto::SignatureVerdict::Valid);
    EXPECT_EQ(verdict(*base + "\n"), crypto::SignatureVerdict::Invalid);
}

TEST(WorkedSignature, StandsInBothGuidesByteByByte) {
    const auto base = textOf("examples/signature/signature-base.txt");
    for (const auto& guide : kGuides) {
        const auto text = textOf(guide);
        EXPECT_THAT(text, HasSubstr("\n" + base + "\n```")) << guide;
        EXPECT_THAT(text, HasSubstr(textOf("examples/signature/request.http"))) << guide;
        EXPECT_THAT(text, HasSubstr(textOf("examples/signature/record.json"))) << guide;
        EXPECT_THAT(text, HasSubstr("```\n" + hexDump(base) + "```")) << guide;
    }
}

TEST(Guide, BothLanguagesHaveTheSameBlocksAndTheSameCode) {
    const auto en = app::parseMarkdown(textOf(kGuides[0]));
    const auto zh = app::parseMarkdown(textOf(kGuides[1]));
    ASSERT_EQ(en.size(), zh.size());
    for (std::size_t i = 0; i < en.size(); ++i) {
        EXPECT_EQ(en[i].kind, zh[i].kind) << en[i].text << " / " << zh[i].text;
        EXPECT_EQ(en[i].level, zh[i].level) << en[i].text;
        EXPECT_EQ(en[i].rows.size(), zh[i].rows.size()) << zh[i].rows.front().front();
        EXPECT_EQ(en[i].items.size(), zh[i].items.size()) << zh[i].items.front();
        if (en[i].kind != MarkdownBlock::Kind::Code) continue;
        EXPECT_EQ(en[i].text, zh[i].text);
    }
}

TEST(Guide, LimitsAreTheConstants) {
    for (const auto language : {http::Language::En, http::Language::Zh}) {
        const auto& guide = kGuides[language == http::Language::En ? 0 : 1];
        const auto table = http::limitsTable(language);
        EXPECT_NE(std::string::npos, textOf(guide).find("\n\n" + table + "\n"))
            << "schemas/" << guide << " should hold:\n" << table;
    }
}

TEST(Guide, EveryCodeAndStatusThatItNamesIsInTheErrorTable) {
    const std::regex code("`((?:request|speaker|signature|record|server)\\.[a-z_]+)`");
    for (const auto& guide : kGuides) {
        std::size_t count = 0;
        for (const auto& block : app::parseMarkdown(textOf(guide))) {
            for (const auto& row : block.rows) {
                const std::string cell = row.size() > 1 ? row[1] : "";
                for (std::sregex_iterator it(cell.begin(), cell.end(), code), end; it != end; ++it, ++count) {
                    const auto found = base::findErrorCode((*it)[1].str());
                    ASSERT_TRUE(found) << (*it)[1];
                    EXPECT_EQ(row[0], std::to_string(base::errorRow(*found).http_status)) << (*it)[1];
                }
            }
        }
        EXPECT_GT(count, 10U) << guide;
    }
}

TEST(Guide, TheSmallestAppealIsValid) {
    for (const auto& block : app::parseMarkdown(textOf(kGuides[0]))) {
        if (!block.text.starts_with("{\"kind\": \"appeal\"")) continue;
        const auto document = json::parse(block.text);
        ASSERT_TRUE(document.ok());
        EXPECT_TRUE(ticket::readRecord(*document).ok());
        return;
    }
    FAIL() << "not there";
}

TEST(Guide, FilesThatItNamesAreThere) {
    const std::regex link("\\]\\(([^)]+)\\)"), program("`(examples/[^` ]+)`");
    for (const auto& guide : kGuides) {
        const auto text = textOf(guide);
        for (const auto& pattern : {link, program}) {
            for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
                EXPECT_TRUE(std::filesystem::exists(kSchemas + (*it)[1].str())) << (*it)[1];
            }
        }
    }
}

}  // namespace
}  // namespace yht
