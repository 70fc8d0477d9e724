// An answer of an HTTP interface that is asked page by page, over a kept cursor. First byte: how it is asked. The kept cursor
// and the answer are parted by a line "----".
#include "adapters/kit/pull/http_pages.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

constexpr std::string_view kEnd = "\n----\n";
constexpr base::UnixMillis kNow = 1'555'551'000'000;
constexpr const char* kUrl = "https://board.example:8443/api/list?a=1";

kit::Manifest manifestOf(unsigned choice) {
    using Kind = kit::PagingRule::Kind;
    kit::Manifest manifest;
    manifest.decode.items = "data/list";
    manifest.decode.items_required = (choice & 1U) != 0;
    kit::HttpPull http;
    constexpr Kind kKinds[] = {Kind::None, Kind::Page, Kind::Offset, Kind::NextLink};
    http.paging.kind = kKinds[choice >> 1 & 3U];
    http.paging.size = 2;
    http.paging.next_path = "next";
    http.paging.until_empty = (choice & 8U) != 0;
    http.success_path = "code";
    if ((choice & 16U) != 0) {
        kit::CursorRule cursor;
        const bool time = (choice & 32U) != 0;
        cursor.kind = time ? kit::CursorRule::Kind::Time : kit::CursorRule::Kind::Sequence;
        if (time) cursor.format = (choice & 64U) != 0 ? "%Y-%m-%d %H:%M:%S" : "epoch_ms";
        cursor.zone = "Asia/Shanghai";
        cursor.place = "at";
        cursor.tie_break = "id";
        cursor.start = time ? (choice & 64U) != 0 ? "2019-01-01 00:00:00" : "1546272000000" : "1";
        cursor.overlap = 60;
        cursor.lag_s = 5;
        cursor.ascending = (choice & 128U) != 0;
        http.cursor = cursor;
    }
    kit::PullRules pull;
    pull.way = std::move(http);
    manifest.pull = std::move(pull);
    return manifest;
}

void claimLinks(const std::string& next) {
    const auto url = kit::nextUrl(kUrl, next);
    if (url.ok()) FUZZ_CLAIM(*url == kUrl || kit::hostOf(*url) == "https://board.example:8443");
    else FUZZ_CLAIM(url.error().code == base::ErrorCode::PeerAnswerInvalid);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = fuzz::viewOf(data, size);
    const auto manifest = manifestOf(fuzz::takeChoice(input));
    const auto pages = kit::HttpPages::make(manifest);
    FUZZ_CLAIM(pages.ok());
    const auto end = input.find(kEnd);
    auto kept = kit::decodeCursor(std::string(input.substr(0, end)));
    if (!kept.ok()) {
        FUZZ_CLAIM(kept.error().code == base::ErrorCode::PeerAnswerInvalid);
        kept = kit::KeptCursor();
    }
    kit::KeptCursor at = *kept;
    if (const auto text = kit::encodeCursor(at); text.ok()) FUZZ_CLAIM(kit::decodeCursor(*text).ok() && *kit::decodeCursor(*text) == at);
    const auto& cursor = pages->cursor();
    if (at.at.empty() && cursor) at.at = cursor->rule().start;
    if (at.page < 0) pages->openWindow(at, true, kNow);
    const std::string_view body = end == input.npos ? std::string_view() : input.substr(end + kEnd.size());
    (void)pages->successOf(body);
    const auto page = pages->read(body);
    if (!page.ok()) {
        FUZZ_CLAIM(page.error().code == base::ErrorCode::PeerAnswerInvalid);
        return 0;
    }
    FUZZ_CLAIM(!page->greatest || cursor);
    FUZZ_CLAIM(page->next.size() <= kit::kNextLinkBytesMax);
    claimLinks(page->next);
    const std::string before = at.at;
    // What was kept of a window is ours; a mutation may say that it went back.
    const auto kept_seen = cursor && !at.seen.empty() ? cursor->read(at.seen) : std::nullopt, at_before = cursor ? cursor->read(at.at) : std::nullopt;
    const bool is_ours = at.seen.empty() || (kept_seen && at_before && *kept_seen >= *at_before);
    const bool last = pages->advance(*page, at, kNow);
    FUZZ_CLAIM(!last || (at.page == -1 && at.from.empty() && at.next.empty() && at.seen.empty()));
    FUZZ_CLAIM(last || at.page >= 0);
    // A cursor that was one never goes back, and never becomes what is none.
    const auto was = cursor ? cursor->read(before) : std::nullopt;
    if (was && is_ours) FUZZ_CLAIM(cursor->read(at.at) && *cursor->read(at.at) >= *was);
    return 0;
}
