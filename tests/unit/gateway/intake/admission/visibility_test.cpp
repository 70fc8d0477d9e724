#include "gateway/intake/admission/visibility.h"

#include "tests/unit/gateway/intake/admission/admission_fixture.h"

namespace yht::intake {
namespace {

using trust::Grant;
using trust::Right;

class Visibility : public AdmissionTest {
protected:
    /// One ticket of police, which a centre's assignment gives to unit 430202001.
    Visibility() {
        ticket_no_ =
            post("police", appeal("zz110", "J1", {{"accepting_region", "439001"}})).ticket_no;
        post(
            "centre", assignment("zz12345", "D1", {{"ticket_no", ticket_no_}, {"ticket_ref", "C1"}})
        );
    }
    static trust::Partner partner(const std::string& source, std::vector<Grant> grants) {
        trust::Partner partner;
        partner.id = "someone";
        partner.sources = {source};
        partner.grants = std::move(grants);
        return partner;
    }
    bool sees(const std::string& source, std::vector<Grant> grants) {
        return maySee(
            *ledger_.store().snapshot().value(), partner(source, std::move(grants)), ticket_no_
        );
    }
    bool joins(const std::string& source, std::vector<Grant> grants) {
        return mayJoin(
            *ledger_.store().snapshot().value(), partner(source, std::move(grants)), ticket_no_
        );
    }
    std::string ticket_no_;
};

TEST_F(Visibility, WithoutARightNothingIsSeen) {
    EXPECT_FALSE(sees("zz110", {}));
    EXPECT_FALSE(sees("zz110", {{Right::SubmitOwn, ""}, {Right::ReadEvidence, ""}}));
}

TEST_F(Visibility, OwnMeansANumberOfOnesOwn) {
    EXPECT_TRUE(sees("zz110", {{Right::ReadOwn, ""}}));
    EXPECT_TRUE(sees("zz12345", {{Right::ReadOwn, ""}}));
    EXPECT_FALSE(sees("zz-media", {{Right::ReadOwn, ""}}));
}

TEST_F(Visibility, OwnCountsNumbersGivenUnderThePartnersId) {
    ASSERT_TRUE(ledger_.store()
                    .run([&](ledger::Transaction& transaction) {
                        return transaction.addAlias({"someone", "S1", ticket_no_});
                    })
                    .ok());
    EXPECT_TRUE(sees("zz-media", {{Right::ReadOwn, ""}}));
}

TEST_F(Visibility, CityMeansTheNumberOrTheAcceptingRegion) {
    EXPECT_TRUE(sees("x", {{Right::ReadCity, "4302"}}));
    EXPECT_TRUE(sees("x", {{Right::ReadCity, "4390"}}));
    EXPECT_FALSE(sees("x", {{Right::ReadCity, "4301"}}));
}

TEST_F(Visibility, ARecordOfOnesOwnGrantsNothing) {
    EXPECT_FALSE(sees("zz110", {{Right::ReadCity, "4390"}}));
    EXPECT_FALSE(sees("zz12345", {{Right::ReadUnit, "430202"}}));
}

TEST_F(Visibility, UnitMeansAnAssignmentWithin) {
    EXPECT_TRUE(sees("x", {{Right::ReadUnit, "430202"}}));
    EXPECT_FALSE(sees("x", {{Right::ReadUnit, "430203"}}));
    EXPECT_FALSE(sees("x", {{Right::ReadUnit, "430202001001"}}));
}

TEST_F(Visibility, ProvinceSeesEverythingThatIsThere) {
    EXPECT_TRUE(sees("x", {{Right::ReadProvince, ""}}));
    EXPECT_FALSE(maySee(
        *ledger_.store().snapshot().value(), partner("x", {{Right::ReadProvince, ""}}),
        unknownTicket()
    ));
}

TEST_F(Visibility, AnEmptyScopeGrantsNothing) {
    EXPECT_FALSE(sees("x", {{Right::ReadCity, ""}, {Right::ReadUnit, ""}}));
    EXPECT_FALSE(joins("x", {{Right::JoinCity, ""}}));
}

TEST_F(Visibility, JoiningIsNotSeeing) {
    EXPECT_FALSE(sees("x", {{Right::JoinCity, "4302"}}));
    EXPECT_TRUE(joins("x", {{Right::JoinCity, "4302"}}));
    EXPECT_TRUE(joins("zz110", {}));
    EXPECT_FALSE(joins("zz-media", {{Right::ReadOwn, ""}}));
}

}  // namespace
}  // namespace yht::intake
