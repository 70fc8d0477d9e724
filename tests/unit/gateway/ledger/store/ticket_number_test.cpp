// Numbers as the store gives them out (DESIGN 12): never twice, whatever the clock does.
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

class TicketNumberTest : public LedgerTest {
protected:
    void setClock(const char* shanghai) {
        clock_.stepTo(*base::parseRfc3339(std::string(shanghai) + "+08:00"));
    }
    /// Without the check digit.
    std::string next(const std::string& region = kRegion) {
        return newTicket(region).substr(0, 23);
    }
};

TEST_F(TicketNumberTest, CountUpWithinADay) {
    EXPECT_EQ("430200-20190418-0000001", next());
    EXPECT_EQ("430200-20190418-0000002", next());
}

TEST_F(TicketNumberTest, EachRegionCountsForItself) {
    next();
    EXPECT_EQ("430100-20190418-0000001", next("430100"));
    EXPECT_EQ("430200-20190418-0000002", next());
}

TEST_F(TicketNumberTest, GoOnAfterRestart) {
    next();
    reopen();
    EXPECT_EQ("430200-20190418-0000002", next());
}

TEST_F(TicketNumberTest, MidnightIsThatOfShanghai) {
    setClock("2019-04-18T23:59:59.999");
    EXPECT_EQ("430200-20190418-0000001", next());
    setClock("2019-04-19T00:00:00.000");
    EXPECT_EQ("430200-20190419-0000001", next());
    EXPECT_EQ("430200-20190419-0000002", next());
}

TEST_F(TicketNumberTest, ClockSetBackStaysOnTheLastDayUsed) {
    setClock("2019-04-19T00:00:01");
    next();
    setClock("2019-04-18T23:59:00");
    EXPECT_EQ("430200-20190419-0000002", next());
    reopen();
    EXPECT_EQ("430200-20190419-0000003", next());
    setClock("2019-04-20T08:00:00");
    EXPECT_EQ("430200-20190420-0000001", next());
}

TEST_F(TicketNumberTest, FailedTaskGivesItsNumberBack) {
    const auto failed = run([](Transaction& transaction) -> base::Status {
        (void)transaction.newTicket(kRegion);
        return base::makeError(base::ErrorCode::RecordInvalid);
    });
    EXPECT_FALSE(failed.ok());
    EXPECT_EQ("430200-20190418-0000001", next());
}

TEST_F(TicketNumberTest, UsedUpDayIsRefusedAndTheNextDayIsNot) {
    next();
    tamper("UPDATE serial SET serial = 8999998");
    // What is above belongs to the trial ledger.
    EXPECT_EQ("430200-20190418-8999999", next());
    const auto status = run([](Transaction& transaction) -> base::Status {
        auto number = transaction.newTicket(kRegion);
        return number.ok() ? base::Status() : number.error();
    });
    EXPECT_EQ(base::ErrorCode::NumbersExhausted, status.error().code);
    setClock("2019-04-19T08:00:00");
    EXPECT_EQ("430200-20190419-0000001", next());
}

TEST_F(TicketNumberTest, RegionWithoutSixCharactersIsRefused) {
    const auto status = run([](Transaction& transaction) -> base::Status {
        auto number = transaction.newTicket("4302");
        return number.ok() ? base::Status() : number.error();
    });
    EXPECT_EQ(base::ErrorCode::Internal, status.error().code);
}

}  // namespace
}  // namespace yht::ledger
