#include "gateway/certs/inventory.h"

#include "tests/unit/gateway/certs/authority_fixture.h"

namespace yht::certs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class InventoryTest : public AuthorityFixture {
protected:
    /// A partner's certificate of so many days, used as such.
    crypto::CertificateFacts addPartner(const std::string& name, std::uint32_t days, bool revoked = false) {
        auto what = order(name);
        what.days = days;
        const auto issued = issue(what);
        EXPECT_TRUE(issued.ok()) << base::describe(issued.error());
        inventory.add(
            ObjectRole::Peer, name + ".pem", issued->certificate,
            {.where = "partners.yaml " + name,
             .purpose = crypto::CertificatePurpose::TlsClient,
             .chain_wanted = true,
             .others = {},
             .anchors = anchors(),
             .revoked_by_us = revoked}
        );
        return issued->certificate;
    }
    std::vector<base::Bytes> anchors() {
        std::vector<base::Bytes> ders;
        const auto bundle = crypto::readBundle(issuing->trustPem());
        for (const auto& one : bundle->certificates) ders.push_back(one.der);
        return ders;
    }
    Judgement at(std::int64_t days, std::size_t index = 0) { return judge(inventory, start_ms + days * kDayMillis).at(index); }
    static std::vector<std::string> codesOf(const Judgement& judgement) {
        std::vector<std::string> codes;
        for (const auto& [where, finding] : judgement.findings) codes.emplace_back(finding.row().wire);
        return codes;
    }
    Inventory inventory;
};

TEST_F(InventoryTest, P24_AnEndIsAnnouncedAtSixtyThirtyFourteenSevenAndOneDays) {
    addPartner("a", 100);
    const std::pair<std::int64_t, std::uint32_t> steps[] = {{39, 0}, {41, 60}, {71, 30}, {87, 14}, {94, 7}, {99, 1}};
    for (const auto& [days, announced] : steps) {
        EXPECT_EQ(announced, at(days).announced_days) << days;
        EXPECT_EQ(announced == 0 ? ObjectState::Good : ObjectState::Soon, at(days).state) << days;
    }
    EXPECT_EQ(ObjectState::Expired, at(101).state);
    EXPECT_EQ(-1, at(100).days_left);
    EXPECT_EQ(99, at(0).days_left);
    EXPECT_THAT(codesOf(at(101)), ElementsAre("expired"));
}

TEST_F(InventoryTest, WhatEndsFirstStandsFirst) {
    addPartner("late", 300);
    addPartner("early", 20);
    EXPECT_EQ("CN=early,O=A,C=CN", at(0).object->subject());
}

TEST_F(InventoryTest, OneCertificateWithTwoUsesIsOneObject) {
    const auto certificate = addPartner("a", 100);
    inventory.add(ObjectRole::Own, "a.pem", certificate, {.where = "yht.yaml signing.certificate"});
    inventory.add(ObjectRole::Own, "copy.pem", certificate, {.where = "yht.yaml signing.certificate"});
    ASSERT_EQ(1U, inventory.objects.size());
    EXPECT_EQ(2U, inventory.objects[0].uses.size());
    EXPECT_THAT(inventory.objects[0].files, ElementsAre("a.pem", "copy.pem"));
}

TEST_F(InventoryTest, ARevokedOneIsWrongByTheCrlThatIsThere) {
    const auto certificate = addPartner("a", 100);
    ASSERT_TRUE(issuing->revoke(certificate.serial_hex, crypto::RevocationReason::KeyCompromise, "stolen", act()).ok());
    inventory.add("crl.pem", *issuing->publishCrl({}, *issuing_key, act()), {.where = "CA"});
    const auto of_partner = at(0).object->crl ? at(0, 1) : at(0);
    EXPECT_EQ(ObjectState::Wrong, of_partner.state);
    EXPECT_THAT(codesOf(of_partner), ElementsAre("revoked"));
}

TEST_F(InventoryTest, ACrlIsAnnouncedWhenAFifthOfItsTimeIsLeft) {
    inventory.add("crl.pem", *issuing->publishCrl({}, *issuing_key, act()), {.where = "CA"});
    EXPECT_EQ(ObjectState::Good, at(0).state);
    EXPECT_EQ(ObjectState::Good, at(5).state);
    EXPECT_EQ(ObjectState::Soon, at(6).state);
    EXPECT_EQ(ObjectState::Expired, at(8).state);
    EXPECT_THAT(codesOf(at(8)), ElementsAre("crl_stale"));
}

TEST_F(InventoryTest, AChainThatBreaksBeforeItsLeafDoesIsFound) {
    addPartner("a", 100);
    inventory.objects[0].uses[0].anchors = {readCertificateOf("root").der};
    EXPECT_THAT(codesOf(at(0)), ElementsAre("chain_incomplete"));
    EXPECT_EQ(ObjectState::Wrong, at(0).state);
}

TEST_F(InventoryTest, ARenewedOneIsLetRunOutWithoutAlarm) {
    addPartner("a", 20);
    EXPECT_EQ(ObjectState::Soon, at(0).state);
    addPartner("a", 300);
    EXPECT_EQ(ObjectState::Replaced, at(0).state);
    EXPECT_EQ(ObjectState::Good, at(0, 1).state);
    EXPECT_EQ(ObjectState::Replaced, at(30).state);
    EXPECT_THAT(whatBreaks(inventory, start_ms, start_ms + 30 * kDayMillis), IsEmpty());
    EXPECT_EQ(2U, whatBreaks(inventory, start_ms, start_ms + 301 * kDayMillis).size());
}

TEST_F(InventoryTest, AnotherOneThatIsNoGoodReplacesNothing) {
    addPartner("a", 20);
    addPartner("a", 300, true);
    EXPECT_EQ(ObjectState::Soon, at(0).state);
    EXPECT_EQ(1U, whatBreaks(inventory, start_ms, start_ms + 30 * kDayMillis).size());
}

TEST_F(InventoryTest, WhatIfTellsTheUsesThatBreakAndThoseThatAreBrokenAlready) {
    addPartner("short", 20);
    addPartner("long", 300);
    addPartner("gone", 20, true);
    EXPECT_THAT(whatBreaks(inventory, start_ms, start_ms + 10 * kDayMillis), IsEmpty());
    const auto breaks = whatBreaks(inventory, start_ms, start_ms + 30 * kDayMillis);
    ASSERT_EQ(1U, breaks.size());
    EXPECT_EQ("partners.yaml short", breaks[0].where);
    EXPECT_EQ(crypto::FindingCode::Expired, breaks[0].finding.code);
    EXPECT_FALSE(breaks[0].already);
    EXPECT_TRUE(whatBreaks(inventory, start_ms + 30 * kDayMillis, start_ms + 40 * kDayMillis).at(0).already);
    // In five years the issuing CA has ended too: everything stands on it.
    EXPECT_EQ(4U, whatBreaks(inventory, start_ms, start_ms + 1900 * kDayMillis).size());
}

}  // namespace
}  // namespace yht::certs
