// certs/README.md: every command of the year is run, in the page's order, in one shell, as an operator would type it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "gateway/app/markdown.h"
#include "gateway/certs/issued_table.h"
#include "gateway/certs/journal.h"
#include "gateway/crypto/certificate_bundle.h"
#include "gateway/crypto/certificate_chain.h"
#include "gateway/json/json.h"
#include "tests/support/openssl.h"

namespace yht {
namespace {

using testing::HasSubstr;

const std::string kPage = std::string(YHT_SOURCE_DIR) + "/certs/README.md";

constexpr const char* kYear = "A year 一年";

/// The code of the page's year, block by block.
std::vector<std::string> codeOfTheYear() {
    std::vector<std::string> code;
    bool within = false;
    for (const auto& block : app::parseMarkdown(test::readFile(kPage))) {
        if (block.kind == app::MarkdownBlock::Kind::Heading && block.level <= 2) within = block.text == kYear;
        if (within && block.kind == app::MarkdownBlock::Kind::Code) code.push_back(block.text);
    }
    return code;
}

/// The year, walked once for all tests of this file.
class CertsGuide : public testing::Test {
protected:
    struct Walk {
        test::Scratch scratch;
        int exit_code = -1;
        std::string said;
    };
    static Walk& walk() {
        static Walk* done = [] {
            auto* made = new Walk;
            std::string script = "set -eEuo pipefail\ntrap 'echo \"FAILED: $BASH_COMMAND\"; kill %1 2>/dev/null || true' ERR\n";
            for (const auto& block : codeOfTheYear()) script += block + "\n";
            made->scratch.write("walk.sh", script);
            const std::string command =
                "cd '" + made->scratch.path() + "' && PATH='" YHT_BINARY_DIR "/bin':$PATH bash walk.sh > walk.log 2>&1";
            const int status = std::system(command.c_str());
            made->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
            made->said = test::readFile(made->scratch / "walk.log");
            return made;
        }();
        return *done;
    }
    static void TearDownTestSuite() { delete &walk(); }

    static std::vector<certs::IssuedRow> issuedBy(const std::string& authority) {
        return certs::readIssued(test::readFile(walk().scratch / ("ca/" + authority + "/issued.csv"))).value();
    }
    static crypto::CertificateFacts certificate(const std::string& path) {
        return crypto::readBundle(test::readFile(walk().scratch / path))->certificates.at(0);
    }
};

TEST_F(CertsGuide, EveryCommandOfTheYearWorks) {
    ASSERT_EQ(0, walk().exit_code) << walk().said.substr(walk().said.size() > 4000 ? walk().said.size() - 4000 : 0);
}

TEST_F(CertsGuide, TheYearUsesEveryCommandThatMakesOrLooks) {
    std::string code;
    for (const auto& block : codeOfTheYear()) code += block;
    for (const char* command :
         {"authority create", "authority show", "issue", "request", "import", "export", "renew", "revoke", "crl publish", "list", "what-if",
          "show", "journal"}) {
        EXPECT_THAT(code, HasSubstr("yht certs " + std::string(command)));
    }
}

TEST_F(CertsGuide, TheLedgerOfTheAuthorityTellsTheYear) {
    const auto rows = issuedBy("issuing");
    EXPECT_EQ(2U + 40U + 3U + 1U, rows.size());  // gateway and centre, partners, renewals, the new key of 13
    std::size_t revoked = 0, renewed = 0;
    for (const auto& row : rows) {
        revoked += row.revoked() ? 1 : 0;
        renewed += row.renews.empty() ? 0 : 1;
        EXPECT_FALSE(row.issued_by.empty());
    }
    EXPECT_EQ(1U, revoked);
    EXPECT_EQ(4U, renewed);
    EXPECT_EQ(44U, issuedBy("issuing-2027").size());  // partners, centre, gateway, operators
    EXPECT_EQ(2U, issuedBy("root").size());
}

TEST_F(CertsGuide, TheJournalsAreWholeAndTheLedgerHasAllOfThem) {
    for (const char* name : {"root", "issuing", "issuing-2027"}) {
        const auto journal = certs::Journal::open(walk().scratch / (std::string("ca/") + name));
        ASSERT_TRUE(journal.ok()) << base::describe(journal.error());
        EXPECT_EQ(journal->lines().size(), journal->handedIn()) << name;
        EXPECT_FALSE(journal->lines().empty());
    }
    const auto journal = certs::Journal::open(walk().scratch / "ca/issuing-2027");
    const auto& lines = journal->lines();
    const auto revoked = std::find_if(lines.begin(), lines.end(), [](const auto& line) { return line.act == "revoke"; });
    ASSERT_NE(lines.end(), revoked);
    EXPECT_EQ("op-007", revoked->by);
    EXPECT_FALSE(revoked->permit.empty());
}

TEST_F(CertsGuide, ARenewedCertificateHasTheSameNameAndOverlaps) {
    const auto before = certificate("deployment/certificates/partner-01.pem"),
               after = certificate("deployment/certificates/partner-01-2027.pem");
    EXPECT_EQ(before.subject, after.subject);
    EXPECT_EQ(before.key.public_der, after.key.public_der);
    EXPECT_NE(before.serial_hex, after.serial_hex);
    EXPECT_LT(after.not_before_ms, before.not_after_ms);
    EXPECT_NE(
        certificate("deployment/certificates/partner-02.pem").key.public_der,
        certificate("deployment/certificates/partner-02-2027.pem").key.public_der
    );
}

TEST_F(CertsGuide, TheCrlNamesTheStolenKeyWithItsReason) {
    const auto crl = crypto::RevocationList::read(test::readFile(walk().scratch / "ca/issuing.crl"));
    ASSERT_TRUE(crl.ok());
    ASSERT_EQ(1U, crl->entryCount());
    EXPECT_EQ(certificate("deployment/certificates/partner-13.pem").serial_hex, crl->entries()[0].serial_hex);
    EXPECT_EQ(crypto::RevocationReason::KeyCompromise, crl->entries()[0].reason);
    EXPECT_EQ("03", crl->numberHex());
}

TEST_F(CertsGuide, TheInventoryKnewWhatEachWasFor) {
    const auto inventory = json::parse(test::readFile(walk().scratch / "inventory.json"));
    ASSERT_TRUE(inventory.ok());
    std::set<std::string> partners;
    for (const auto& object : (*inventory)["objects"].GetArray()) {
        for (const auto& use : object["uses"].GetArray()) {
            const auto where = json::textMember(use, "where");
            const std::string_view known = "partners.yaml partner-NN";
            if (where.starts_with("partners.yaml partner-")) partners.insert(where.substr(0, known.size()));
        }
    }
    EXPECT_EQ(40U, partners.size());
    EXPECT_THAT(test::readFile(walk().scratch / "inventory.json"), HasSubstr("yht.yaml partner.certificate"));
}

TEST_F(CertsGuide, NoPrivateKeyCanBeReadByOthersAndNoneIsSaid) {
    for (const auto& item : std::filesystem::recursive_directory_iterator(walk().scratch.path())) {
        const auto name = item.path().filename().string();
        if (!name.ends_with(".key") && !name.ends_with(".pass") && !name.ends_with(".p12")) continue;
        EXPECT_EQ(
            std::filesystem::perms::none,
            item.status().permissions() & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)
        ) << name;
    }
    EXPECT_EQ(std::string::npos, walk().said.find("PRIVATE KEY"));
    EXPECT_THAT(test::readFile(walk().scratch / "stick/root.key"), HasSubstr("ENCRYPTED PRIVATE KEY"));
}

}  // namespace
}  // namespace yht
