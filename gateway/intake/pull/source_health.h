// The health of a source (来源健康), one row each, pulled or pushed: one state, and what it rests on. Pure, but for reading
// its facts from the ledger. The states, the first that holds:
//   draft         takes nothing yet (or any more: retired)
//   paused        by an operator, who said why
//   blocked       a log-in refused, a peer not trusted, a mistake of ours: waits for somebody
//   late          can't be asked for kLateAfterMillis, or its items come later than lag_s_max
//   silent        no item for silent_after_s, in hours that expect some (night 22–07, weekend, workday by the calendar)
//   degraded      more of today's items in quarantine than quarantine_percent_max, or its account does not balance
//   backfilling   the last pull ended at a bound: it is catching up
//   healthy
// Uses: source_memory, admission (arrival), ticket (calendar). Used by: app.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/intake/pull/source_memory.h"
#include "gateway/ticket/calendar.h"

namespace yht::intake {

inline constexpr std::int64_t kLateAfterMillis = 10 * 60 * 1'000;  // or three times every_s, where that is more

struct SourceHealth {
    std::string source, state;
    std::string reason;  // for people; no personal data
    base::UnixMillis since_ms = 0;  // of the state, where it is one that begins; 0 unknown
    PullFacts pull;
    Pause pause;
    ItemFacts items;
    KeptGrade grade;
    ledger::SourceAccount today;
    std::uint64_t open_quarantine = 0;
    std::int64_t lag_s = -1;  // from its newest event to when that came (arrival.h); -1: unknown
    bool trouble() const;     // somebody should look
};

/// The state in Chinese. Requires: a state of the list above.
const char* stateZh(std::string_view state);

/// What judging needs beside the facts.
struct HealthInputs {
    base::UnixMillis now_ms = 0;
    base::UnixMillis started_ms = 0;  // of the gateway: silence counts from there; 0: from the facts alone
    const ticket::Calendar& calendar;
};

/// Facts and account of today as the ledger has them, then judged.
SourceHealth healthOf(ledger::View& view, const kit::Manifest& manifest, const HealthInputs& inputs);

/// Fills state, reason and since_ms from the rest.
void judge(SourceHealth& health, const kit::Manifest& manifest, const HealthInputs& inputs);

/// Notes that items came, as far as the account tells. True where something changed.
bool noteItems(SourceHealth& health, base::UnixMillis now_ms);

}  // namespace yht::intake
