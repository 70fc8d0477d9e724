#include "gateway/base/trouble_log.h"

#include <algorithm>
#include <limits>

namespace yht::base {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

}  // namespace

TroubleLog::TroubleLog(TroubleKind kind, const Clock& clock, std::function<void(const std::string&)> logger)
    : kind_(kind), clock_(clock), logger_(std::move(logger)), next_end_ms_(kNever) {}

bool TroubleLog::mayTell(std::int64_t now_ms) {
    if (const auto minute = now_ms / kTroubleLineMillis; minute != minute_) {
        minute_ = minute;
        lines_ = 0;
    }
    if (lines_ >= kTroubleLinesPerMinuteMax) return false;
    ++lines_;
    return true;
}

void TroubleLog::happened(const std::string& key, const std::string& line) {
    if (!logger_) return;
    std::string told;
    {
        const std::lock_guard lock(mutex_);
        if (troubles_.size() >= kTroublesMax && !troubles_.contains(key)) troubles_.clear();
        const auto now_ms = clock_.steadyMillis();
        auto [at, first] = troubles_.try_emplace(key, Trouble{.since_ms = now_ms, .told_ms = now_ms});
        Trouble& trouble = at->second;
        trouble.line = line;
        trouble.last_ms = now_ms;
        ++trouble.count;
        ++trouble.untold;
        next_end_ms_ = std::min(next_end_ms_.load(), now_ms + kTroubleLineMillis);
        if (!first && now_ms - trouble.told_ms < kTroubleLineMillis) return;
        if (!mayTell(now_ms)) return;
        told = line;
        if (!first) told += ", " + std::to_string(trouble.untold) + " times since the last line 次";
        trouble.told_ms = now_ms;
        trouble.untold = 0;
    }
    logger_(told);
}

std::string TroubleLog::lastLine(const Trouble& trouble) const {
    const bool told_once = trouble.count == 1 && trouble.untold == 0;
    if (kind_ == TroubleKind::Event && told_once) return {};
    return trouble.line + ": over 已结束, 次数 count " + std::to_string(trouble.count) + " in " +
           std::to_string((trouble.last_ms - trouble.since_ms) / 1000) + " s";
}

void TroubleLog::endQuiet() {
    const auto now_ms = clock_.steadyMillis();
    if (now_ms < next_end_ms_) return;
    std::vector<std::string> told;
    {
        const std::lock_guard lock(mutex_);
        std::int64_t next_ms = kNever;
        for (auto at = troubles_.begin(); at != troubles_.end();) {
            const bool over = now_ms - at->second.last_ms >= kTroubleLineMillis;
            std::string line = over ? lastLine(at->second) : std::string();
            if (over && (line.empty() || mayTell(now_ms))) {
                if (!line.empty()) told.push_back(std::move(line));
                at = troubles_.erase(at);
                continue;
            }
            next_ms = std::min(next_ms, at->second.last_ms + kTroubleLineMillis);
            ++at;
        }
        next_end_ms_ = next_ms;
    }
    for (const auto& line : told) logger_(line);
}

}  // namespace yht::base
