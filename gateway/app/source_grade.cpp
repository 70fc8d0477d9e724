#include "gateway/app/source_grade.h"

#include <algorithm>
#include <map>

#include "gateway/app/certificate_uses.h"
#include "gateway/app/replaying.h"
#include "gateway/app/source_check.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/ticket/record_json.h"
#include "gateway/trust/partner.h"

namespace yht::app {
namespace {

using kit::Fact;
using kit::FactState;

constexpr std::int64_t kDaySeconds = 24 * 60 * 60;
constexpr base::UnixMillis kDayMillis = kDaySeconds * 1'000, kMinuteMillis = 60'000;
constexpr std::size_t kReplayedMessagesMax = 5'000, kLagEntriesMax = 20'000, kLagMessagesMin = 20, kScannedEntries = 4'096;

Fact found(const char* id, FactState state, std::string detail = {}) { return {kit::findFact(id), state, std::move(detail)}; }
Fact found(const char* id, bool met, std::string detail = {}) { return found(id, met ? FactState::Met : FactState::Unmet, std::move(detail)); }
Fact unasked(const char* id) { return found(id, FactState::NotApplicable, "一次性移交 handed over once"); }

/// What a source's days say.
struct CountedDays {
    std::int32_t days = 0, last = 0;  // last: with items
    bool balances = true;
    ledger::SourceAccount all;
};

CountedDays countDays(ledger::View& view, const std::string& id, std::int32_t today) {
    CountedDays counted;
    for (const auto& day : view.sourceDays(today - kit::kUnmappedDays, today)) {
        if (day.source != id) continue;
        ++counted.days;
        counted.balances = counted.balances && day.account.balances();
        if (day.account.received > 0) counted.last = std::max(counted.last, day.day);
        counted.all.add(day.account);
    }
    return counted;
}

/// A day is all that the account tells: a source is silent where even its last day's end is too long ago.
Fact silence(const CountedDays& counted, const kit::HealthRules& health, std::int32_t today) {
    if (health.handed_over_once) return unasked("silent");
    if (counted.last == 0) return found("silent", false, "无条目 no items");
    if (health.silent_after_s == 0) return found("silent", false, "未设 silent_after_s");
    const auto silent_s = std::max<std::int64_t>(0, today - counted.last - 1) * kDaySeconds;
    return found("silent", silent_s <= health.silent_after_s, humanDuration(silent_s * 1'000));
}

/// Held against the source's own totals, message by message: what differs waits in quarantine, or was refused.
Fact noLoss(ledger::View& view, const CountedDays& counted, const kit::Manifest& manifest) {
    if (!kit::saysItsTotals(manifest.decode)) return found("no_loss", FactState::Unknown, "来源未给总数 it gives no totals");
    const auto waiting = view.countOpenQuarantine(manifest.id, 1);
    const bool lost = counted.all.refused > 0 || waiting > 0 || !counted.balances;
    const std::string days = std::to_string(counted.days) + " / " + std::to_string(kit::kCountedDaysMin) + " 日 days";
    if (lost) return found("no_loss", false, days + ", 有拒收、隔离待处理或不平 something refused, in quarantine or out of balance");
    return counted.days >= kit::kCountedDaysMin ? found("no_loss", true, days) : found("no_loss", FactState::Unknown, days);
}

void factsOfDays(ledger::View& view, const kit::Manifest& manifest, std::int32_t today, std::vector<Fact>& facts) {
    const auto counted = countDays(view, manifest.id, today);
    const std::int32_t wanted = manifest.health.handed_over_once ? 1 : kit::kBalancedDaysMin;
    facts.push_back(found("balanced_account", counted.days >= wanted && counted.balances,
                          std::to_string(counted.days) + " 日 days" + (counted.balances ? "" : ", 不平 does not balance")));
    facts.push_back(silence(counted, manifest.health, today));
    const auto& all = counted.all;
    const bool few = all.received > 0 && all.unmapped_codes * 1'000 < all.received * kit::kUnmappedPerThousandMax;
    facts.push_back(found("few_unmapped", few, std::to_string(all.unmapped_codes) + " / " + std::to_string(all.received)));
    facts.push_back(noLoss(view, counted, manifest));
}

using Look = std::function<base::Status(const ledger::LeafHeader&)>;

base::Status eachHeader(LongReader& reader, ledger::Seq after, const Look& look) {
    for (;;) {
        const auto view = reader.view();
        if (!view.ok()) return view.error();
        const auto headers = (*view)->scan(after, kScannedEntries);
        if (headers.empty()) return {};
        after = headers.back().seq;
        for (const auto& header : headers) {
            if (auto looked = look(header); !looked.ok()) return looked;
        }
    }
}

base::Result<bool> isHistory(LongReader& reader, ledger::Seq seq) {
    const auto view = reader.view();
    if (!view.ok()) return view.error();
    const auto entry = (*view)->entry(seq);
    if (!entry.ok()) return true;  // erased: nothing is known of it
    const auto record = ticket::fromCanonicalText(entry->payload);
    return !record.ok() || record->isHistory();
}

/// From each message's newest event to its coming; history aside.
base::Result<Fact> lag(LongReader& reader, const kit::Manifest& manifest) {
    if (manifest.health.handed_over_once) return unasked("lag_below_minute");
    const auto view = reader.view();
    if (!view.ok()) return view.error();
    const auto last = (*view)->lastSeq();
    std::map<ledger::Seq, std::int64_t> lags;
    const Look look = [&](const ledger::LeafHeader& header) -> base::Status {
        if (header.type != ledger::EntryType::Record || header.source != manifest.source || header.event_ms == 0) return {};
        const auto late_ms = std::max<std::int64_t>(0, header.received_ms - header.event_ms);
        if (late_ms >= kMinuteMillis) {
            const auto history = isHistory(reader, header.seq);
            if (!history.ok()) return history.error();
            if (*history) return {};
        }
        const auto [at, is_new] = lags.emplace(header.message_seq, late_ms);
        if (!is_new) at->second = std::min(at->second, late_ms);
        return {};
    };
    if (auto looked = eachHeader(reader, last > kLagEntriesMax ? last - kLagEntriesMax : 0, look); !looked.ok()) return looked.error();
    if (lags.size() < kLagMessagesMin) return found("lag_below_minute", FactState::Unknown, std::to_string(lags.size()) + " 份报文 messages");
    std::vector<std::int64_t> all;
    for (const auto& [message, late_ms] : lags) all.push_back(late_ms);
    const auto p95 = *percentile95(std::move(all));
    return found("lag_below_minute", p95 < kMinuteMillis, "p95 " + humanDuration(p95));
}

base::Status factsOfReplay(const kit::Adapter& adapter, const GradeWitnesses& witnesses, std::vector<Fact>& facts) {
    const ReplayRange range{witnesses.now_ms - kit::kReplayDays * kDayMillis, witnesses.now_ms + kDayMillis, kReplayedMessagesMax};
    const auto replayed = replayMessages(*witnesses.ledger, adapter, range, witnesses.random);
    if (!replayed.ok()) return replayed.error();
    const bool whole = replayed->messages > 0 && !replayed->more;
    const std::string counted = std::to_string(replayed->messages) + " 份报文 messages, " + std::to_string(replayed->differing.size()) + " 有差异 differ";
    facts.push_back(whole ? found("replay_identical", replayed->differing.empty(), counted) : found("replay_identical", FactState::Unknown, counted));
    const std::string earlier = std::to_string(replayed->earlier) + " 份旧版本报文 of an earlier version, " + std::to_string(replayed->earlier_differing) + " 有差异 differ";
    facts.push_back(replayed->earlier == 0 ? found("upgrade_replayed", FactState::Unknown, earlier)
                                           : found("upgrade_replayed", replayed->earlier_differing == 0, earlier));
    return {};
}

/// Of what really came, where something did; else the samples have said it.
base::Status factsOfMembers(LongReader& reader, const CheckedSource& checked, base::UnixMillis now_ms, std::vector<Fact>& facts) {
    auto seen = SeenMembers::of(checked.manifest, *checked.adapter);
    if (!seen.ok()) return {};
    const std::string& id = checked.adapter->manifest().id;
    std::size_t messages = 0;
    const Look look = [&](const ledger::LeafHeader& header) -> base::Status {
        const bool ours = header.type == ledger::EntryType::Message && header.adapter == id;
        if (!ours || header.received_ms < now_ms - kit::kSeenDays * kDayMillis || messages == kReplayedMessagesMax) return {};
        const auto view = reader.view();
        if (!view.ok()) return view.error();
        const auto kept = keptMessage(**view, header.seq);
        if (!kept.ok()) return {};
        ++messages;
        seen->add(kept->body, kept->context, {});
        return {};
    };
    if (auto looked = eachHeader(reader, 0, look); !looked.ok()) return looked;
    if (messages == 0) return {};
    Fact fact = kit::membersRead(seen->seen(), seen->unread());
    fact.detail += ", " + std::to_string(messages) + " 份报文 messages";
    facts.push_back(std::move(fact));
    return {};
}

/// Where a certificate of the source stands: in its manifest, or in partners.yaml of who speaks for it.
std::set<std::string> placesOf(const kit::Manifest& manifest, const std::string& deployment) {
    std::set<std::string> places = {"sources/" + manifest.id};
    const auto trust = trust::loadTrust(deployment);
    if (!trust.ok()) return places;
    for (const auto& partner : (*trust)->partners()) {
        if (partner.speaksFor(manifest.source)) places.insert("partners.yaml " + partner.id);
    }
    return places;
}

bool standsAt(const std::string& where, const std::set<std::string>& places) {
    return std::any_of(places.begin(), places.end(), [&](const std::string& place) {
        return where == place || where.starts_with(place + " ") || where.starts_with(place + "/");
    });
}

Fact credentials(const kit::Manifest& manifest, const GradeWitnesses& witnesses) {
    constexpr const char* kId = "credentials_watched";
    const auto inventory = inventoryOf(witnesses.deployment);
    if (!inventory.ok()) return found(kId, FactState::Unknown, base::describe(inventory.error()));
    const auto places = placesOf(manifest, witnesses.deployment);
    for (const auto& problem : inventory->problems) {
        if (standsAt(problem.where, places)) return found(kId, false, problem.file);
    }
    std::size_t certificates = 0;
    std::optional<std::int64_t> first_days;
    for (const auto& each : certs::judge(*inventory, witnesses.now_ms)) {
        const auto& uses = each.object->uses;
        if (std::none_of(uses.begin(), uses.end(), [&](const auto& use) { return standsAt(use.where, places); })) continue;
        const bool ended = each.state == certs::ObjectState::Expired || each.state == certs::ObjectState::Wrong;
        if (ended || each.days_left < kit::kCredentialDaysMin) return found(kId, false, each.object->subject() + ": " + std::to_string(each.days_left) + " 日 days");
        ++certificates;
        first_days = std::min(first_days.value_or(each.days_left), each.days_left);
    }
    if (!manifest.secrets.empty()) {
        std::string names;
        for (const auto& [name, file] : manifest.secrets) names += (names.empty() ? "" : ", ") + name;
        return found(kId, FactState::Unknown, names + ": 到期日无处可查,可在 quality.json 豁免至该日 its end stands nowhere; excuse it until that day in quality.json");
    }
    if (certificates == 0) return found(kId, FactState::NotApplicable, "无证书与口令 it has none");
    return found(kId, true, std::to_string(certificates) + ", " + std::to_string(*first_days) + " 日 days");
}

base::Status factsOfLedger(const CheckedSource& checked, const GradeWitnesses& witnesses, std::vector<Fact>& facts) {
    const kit::Manifest& manifest = checked.adapter->manifest();
    LongReader& reader = *witnesses.ledger;
    const auto view = reader.view();
    if (!view.ok()) return view.error();
    factsOfDays(**view, manifest, base::shanghaiDay(witnesses.now_ms), facts);
    if (auto replayed = factsOfReplay(*checked.adapter, witnesses, facts); !replayed.ok()) return replayed;
    if (auto seen = factsOfMembers(reader, checked, witnesses.now_ms, facts); !seen.ok()) return seen;
    auto late = lag(reader, manifest);
    if (!late.ok()) return std::move(late).error();
    facts.push_back(*std::move(late));
    facts.push_back(credentials(manifest, witnesses));
    return {};
}

}  // namespace

base::Result<kit::Graded> gradeOfSource(const std::string& directory, const std::string& id, const GradeWitnesses& witnesses) {
    const std::int32_t today = base::shanghaiDay(witnesses.now_ms);
    const auto checked = checkSource(directory, id, witnesses.random);
    if (!checked.ok()) {
        if (checked.error().code != base::ErrorCode::ManifestInvalid) return checked.error();
        return kit::gradeOf({kit::unreadableManifest(checked.error().detail)}, {}, today);
    }
    const auto exempt = kit::readExemptions(checked->tree.source_directory);
    if (!exempt.ok()) return exempt.error();
    auto facts = factsOf(*checked);
    if (witnesses.ledger != nullptr) {
        if (auto asked = factsOfLedger(*checked, witnesses, facts); !asked.ok()) return asked.error();
    }
    return kit::gradeOf(facts, *exempt, today);
}

}  // namespace yht::app
