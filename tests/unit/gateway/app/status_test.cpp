// What `yht status` calls trouble.
#include "gateway/app/status.h"

#include "gateway/app/maintenance_look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yht::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kHour = 3'600'000;
constexpr base::UnixMillis kNow = 1'555'000'000'000;

Status healthy() {
    Status status;
    status.serving = status.ready = true;
    status.disk_free_bytes = 100ULL << 30;
    status.sources = {{"zz-12315", "12315", kNow - kHour}};
    status.destinations.resize(1);
    status.destinations[0].destination = "province";
    status.certificates = {{"server", kNow + 31 * 24 * kHour}};
    return status;
}

TEST(Status, AllIsWell) { EXPECT_THAT(troubles(healthy(), kNow), IsEmpty()); }

TEST(Status, ASourceThatNeverSpokeIsNoTroubleAndOneThatFellSilentIs) {
    auto status = healthy();
    status.sources.push_back({"zz-new", "新", 0});
    EXPECT_THAT(troubles(status, kNow), IsEmpty());
    status.sources[0].last_received_ms = kNow - 25 * kHour;
    EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr("zz-12315")));
}

TEST(Status, ASourceInItsOwnFormatIsJudgedByItsHealthAndNotTwice) {
    auto status = healthy();
    status.sources[0].last_received_ms = kNow - 25 * kHour;
    SourceHealthStatus one;
    one.health.source = "zz-12315";
    one.health.state = "healthy";
    status.healths = {one};
    EXPECT_THAT(troubles(status, kNow), IsEmpty()) << "its manifest expects nothing at this hour";
    for (const char* state : {"late", "silent", "degraded", "blocked", "paused"}) {
        status.healths[0].health.state = state;
        status.healths[0].health.reason = "why";
        EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr(std::string(state) + ", why; yht sources show zz-12315")));
    }
    for (const char* state : {"draft", "backfilling"}) {
        status.healths[0].health.state = state;
        EXPECT_THAT(troubles(status, kNow), IsEmpty()) << state;
    }
}

TEST(Status, ACertificateIsTroubleAMonthBeforeItsEnd) {
    auto status = healthy();
    status.certificates = {{"partner a", kNow - kHour}, {"server", kNow + 29 * 24 * kHour}};
    EXPECT_THAT(
        troubles(status, kNow), ElementsAre(HasSubstr("certificate ended"), HasSubstr("certificate ends in"))
    );
}

TEST(Status, ABacklogIsTroubleWhenItIsOldAndADeadLetterAtOnce) {
    auto status = healthy();
    auto& province = status.destinations[0];
    province.ready = 5;
    province.oldest_committed_ms = kNow - 60'000;
    EXPECT_THAT(troubles(status, kNow), IsEmpty());
    province.oldest_committed_ms = kNow - kHour;
    province.last_error = "delivery.peer_busy";
    province.dead = 2;
    EXPECT_THAT(
        troubles(status, kNow), ElementsAre(HasSubstr("2 条死信"), HasSubstr("delivery.peer_busy"))
    );
}

TEST(Status, NobodyIsAlarmedOfABacklogInAnnouncedMaintenanceNorJustAfterIt) {
    auto status = healthy();
    auto& province = status.destinations[0];
    province.ready = 5;
    province.oldest_committed_ms = kNow - 3 * kHour;
    province.maintenance_until_ms = kNow + 1;
    EXPECT_THAT(troubles(status, kNow), IsEmpty());
    province.maintenance_until_ms = kNow - kBacklogOldMillis;
    EXPECT_THAT(troubles(status, kNow), IsEmpty()) << "what has waited for its end drains first";
    province.maintenance_until_ms = kNow - kBacklogOldMillis - 1;
    EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr("5 条 waiting")));
    province.maintenance_until_ms = kNow + kHour;
    province.dead = 1;
    EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr("1 条死信"))) << "maintenance mends no record";
}

TEST(Status, AttachmentsPastTheirTimeAreTroubleOfAGatewayThatRuns) {
    auto status = healthy();
    status.unnamed_overdue = 2;
    EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr("2 个逾期附件")));
    status.serving = false;
    EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr("not running")));
}

TEST(Status, NotServingNotReadyFullDiskAndQuarantineAreTroubles) {
    auto status = healthy();
    status.serving = status.ready = false;
    EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr("not running")));
    status.serving = true;
    status.not_ready = {"ledger_writable"};
    EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr("ledger_writable")));
    status = healthy();
    status.disk_free_bytes = kDiskFreeBytesMin - 1;
    status.quarantined = 1;
    EXPECT_THAT(troubles(status, kNow), ElementsAre(HasSubstr("disk"), HasSubstr("quarantine")));
}

}  // namespace
}  // namespace yht::app
