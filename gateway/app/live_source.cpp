#include "gateway/app/live_source.h"

#include <algorithm>

#include "gateway/app/source_pulls.h"

namespace yht::app {
namespace {

constexpr std::int64_t kMinuteMillis = 60'000;

/// Milliseconds that files of that source have to lie still; 0: they need not.
std::int64_t stillness(const kit::PullRules& rules) {
    const auto* files = std::get_if<kit::FilesPull>(&rules.way);
    if (files == nullptr || files->finished.kind != kit::FinishedRule::Kind::Stable) return 0;
    return std::min(files->finished.stable_s * 1'000, kStillnessMillisMax);
}

base::Status ask(
    kit::Puller& puller, const std::string& cursor, std::uint64_t items_max, const std::function<void(const kit::Portion&)>& each,
    LiveLook& look
) {
    if (auto begun = puller.begin(cursor); !begun.ok()) return begun;
    while (look.items < items_max) {
        auto portion = puller.next();
        if (!portion.ok()) return std::move(portion).error();
        if (!*portion) {
            look.more = puller.more();
            return {};
        }
        ++look.portions;
        look.items += std::max<std::uint64_t>(1, (*portion)->items);
        look.evidence = (*portion)->evidence;
        if ((*portion)->refusal) ++look.refused;
        else if ((*portion)->message) each(**portion);
    }
    look.more = true;
    return {};
}

}  // namespace

base::Result<LiveLook> lookAtLive(
    OpenedLedger& opened, ledger::View& view, const kit::Manifest& manifest, std::uint64_t items_max,
    const std::function<void(const kit::Portion&)>& each
) {
    if (!manifest.pull) {
        return base::makePublicError(
            base::ErrorCode::ParameterInvalid, "The source is not pulled, it pushes: give files instead of --live.",
            "此来源为推送方式,无从取数:请给出报文文件,勿用 --live。"
        );
    }
    auto surroundings = drySurroundings(opened.config.directory(), manifest, view, *opened.clock);
    const std::uint32_t rate = manifest.pull->requests_per_minute;
    if (rate > 0) surroundings.before_request = [&opened, rate] { opened.pause(kMinuteMillis / rate); };
    auto puller = kit::Puller::make(manifest, std::move(surroundings));
    if (!puller.ok()) return std::move(puller).error();
    const std::string cursor = intake::pullFacts(view, manifest.id).cursor;
    LiveLook look;
    if (auto asked = ask(**puller, cursor, items_max, each, look); !asked.ok()) return std::move(asked).error();
    if (const std::int64_t wait_ms = stillness(*manifest.pull); wait_ms > 0 && look.portions == 0) {
        constexpr std::int64_t kAfter = 50;
        opened.pause(wait_ms + kAfter);
        if (auto asked = ask(**puller, cursor, items_max, each, look); !asked.ok()) return std::move(asked).error();
    }
    return look;
}

}  // namespace yht::app
