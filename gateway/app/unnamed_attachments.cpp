#include "gateway/app/unnamed_attachments.h"

#include <algorithm>
#include <set>

#include "gateway/app/control.h"
#include "gateway/base/time_text.h"

namespace yht::app {
namespace {

using attachments::Unjudged;

constexpr std::int64_t kHourMillis = 3'600'000;
constexpr const char* kOperator = "gateway";

base::Status audit(
    const UnnamedServices& services, ledger::Transaction& transaction, const trust::TrustSnapshot& registry,
    const Unjudged& mark
) {
    const ControlRequest told{
        "attachments.unnamed",
        {{"attachment", mark.digest},
         {"partner", partnerOfKey(registry, mark.partner_key)},
         {"since", base::formatRfc3339(mark.since_ms)}},
        "no record named it within " + std::to_string(services.hours_max) + " h"};
    ControlServices with{services.store, services.clock, services.random};
    return appendAudit(transaction, with, {told, kOperator});
}

/// Those that no record names; told in the ledger.
base::Result<std::vector<Unjudged>> judge(
    const UnnamedServices& services, const trust::TrustSnapshot& registry, const std::vector<Unjudged>& due
) {
    std::vector<Unjudged> unnamed;
    const auto judged = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        unnamed.clear();
        for (const auto& mark : due) {
            const auto is = [&](const std::string& id) { return attachments::partnerKeyOf(id) == mark.partner_key; };
            if (!mark.is_set || isNamedBy(transaction, registry, mark.digest, is)) continue;
            if (auto told = audit(services, transaction, registry, mark); !told.ok()) return told;
            unnamed.push_back(mark);
        }
        return {};
    });
    if (!judged.ok()) return judged.error();
    return unnamed;
}

}  // namespace

std::string partnerOfKey(const trust::TrustSnapshot& registry, const std::string& partner_key) {
    for (const auto& partner : registry.partners()) {
        if (attachments::partnerKeyOf(partner.id) == partner_key) return partner.id;
    }
    return partner_key;
}

base::Result<UnnamedTurn> giveUpUnnamed(const UnnamedServices& services) {
    if (services.hours_max == 0) return UnnamedTurn{};
    const auto until_ms = services.clock.nowMillis() - services.hours_max * kHourMillis;
    const auto due = services.attachments.unjudged(until_ms, kUnnamedTurnMarks);
    if (!due.ok()) return due.error();
    if (due->empty()) return UnnamedTurn{};
    const auto registry = services.registry();
    if (!registry.ok()) return registry.error();
    const auto unnamed = judge(services, **registry, *due);
    if (!unnamed.ok()) return unnamed.error();
    for (const auto& mark : *due) {
        if (std::find(unnamed->begin(), unnamed->end(), mark) != unnamed->end()) continue;
        if (auto ended = services.attachments.endJudging(mark); !ended.ok()) return ended.error();
    }
    UnnamedTurn turn{.judged = due->size()};
    if (unnamed->empty()) return turn;
    if (auto noted = services.attachments.noteUnnamed(*unnamed); !noted.ok()) return noted.error();
    std::set<std::string> digests;
    for (const auto& mark : *unnamed) digests.insert(mark.digest);
    for (const auto& digest : digests) {
        const auto gone = endErasing(services.attachments, services.store, **registry, digest);
        if (!gone.ok()) return gone.error();
        if (*gone) ++turn.destroyed;
        services.pause();
    }
    if (services.log && turn.destroyed > 0) {
        services.log(
            "attachments: " + std::to_string(turn.destroyed) + " that no record named within " +
            std::to_string(services.hours_max) + " h are destroyed 逾期无记录引用的附件已销毁"
        );
    }
    return turn;
}

UnnamedAttachments::UnnamedAttachments(UnnamedServices services) : services_(std::move(services)) {
    services_.pause = [this] { waitFor(stop_.get_token(), kUnnamedPauseMillis); };
}

void UnnamedAttachments::start() {
    if (services_.hours_max == 0) return;
    thread_ = std::jthread([this] { run(stop_.get_token()); });
}

void UnnamedAttachments::stop() {
    stop_.request_stop();
    woken_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void UnnamedAttachments::waitFor(const std::stop_token& stop, std::int64_t ms) {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop, std::chrono::milliseconds(ms), [] { return false; });
}

void UnnamedAttachments::run(const std::stop_token& stop) {
    bool in_trouble = false;
    while (!stop.stop_requested()) {
        const auto turn = giveUpUnnamed(services_);
        if (services_.log && turn.ok() == in_trouble) {
            services_.log(
                turn.ok() ? std::string("attachments: those without a record: trouble ends 清理恢复")
                          : "attachments: those without a record: trouble begins 清理出现故障: " + base::describe(turn.error())
            );
        }
        in_trouble = !turn.ok();
        waitFor(stop, turn.ok() && turn->judged > 0 ? kUnnamedPauseMillis : kUnnamedIdleMillis);
    }
}

}  // namespace yht::app
