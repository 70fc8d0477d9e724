// One row of health a source (来源健康状况): from the manifest, the durable account, quarantine and the puller's memory.
//   draft, retired  by its lifecycle        paused    by an operator: who, why
//   blocked         its far side refuses us or is not the one we trust: needs a person
//   degraded        it fails otherwise, or a tenth of today's items went into quarantine
//   silent          no items for silent_after_s, in hours that expect some (workday, weekend, night)
//   late            not pulled successfully for longer than lag_s_max (three intervals where that is not said)
//   backfilling     its cursor is more than an hour behind and moving
//   healthy         none of these
// Uses: kit/inbound, intake/pull, ledger, ticket (calendar). Used by: commands_sources, delivery metrics, status.
#pragma once

#include <string>
#include <vector>

#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/pull/pull_state.h"
#include "gateway/ledger/store/store.h"
#include "gateway/ticket/calendar.h"

namespace yht::app {

enum class SourceState : std::uint8_t { Healthy, Backfilling, Late, Silent, Degraded, Blocked, Paused, Draft, Retired };
struct SourceStateWords {
    const char* name;
    const char* zh;
    bool trouble;  // an operator should look
};
SourceStateWords sourceStateWords(SourceState state);

struct SourceHealth {
    std::string id, title, way, version, owner;  // way: "pushed", "sftp" …
    SourceState state = SourceState::Healthy;
    std::string reason;                          // of a state that is trouble, or of a pause; for people
    base::UnixMillis last_success_ms = 0, last_item_ms = 0;  // pulled sources; 0 never or not known
    std::string cursor;
    ledger::SourceAccount today, total;          // total: of the days that are looked at
    std::uint64_t quarantine_open = 0;
};

inline constexpr std::int32_t kHealthDays = 31;

/// Sources in the order of their ids. `state_directory`: of the pullers; need not be there.
std::vector<SourceHealth> sourceHealth(
    const intake::SourceAdapters& adapters, ledger::View& view, const std::string& state_directory,
    const ticket::Calendar& calendar, base::UnixMillis now_ms
);

/// Of a ledger in that directory.
std::string pullStateDirectory(const std::string& ledger_directory);

}  // namespace yht::app
