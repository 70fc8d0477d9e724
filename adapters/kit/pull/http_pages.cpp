#include "adapters/kit/pull/http_pages.h"

#include <algorithm>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

using base::ErrorCode;

base::Result<HttpPages> HttpPages::make(const Manifest& manifest) {
    const auto& http = std::get<HttpPull>(manifest.pull->way);
    auto decoder = makeDecoder(manifest.decode);
    if (!decoder.ok()) return std::move(decoder).error();
    HttpPages pages(http.paging, *std::move(decoder));
    const auto path = [](const std::string& text) {
        auto parsed = Path::parse(text);
        return parsed.ok() ? *std::move(parsed) : Path();
    };
    if (http.cursor) {
        auto values = CursorValues::make(*http.cursor);
        if (!values.ok()) return std::move(values).error();
        pages.cursor_ = *std::move(values);
        pages.item_cursor_ = path(http.cursor->place);
        pages.item_tie_ = path(http.cursor->tie_break);
    }
    pages.success_ = path(http.success_path);
    pages.next_ = path(http.paging.next_path);
    if (http.auth.token_call) pages.token_ = path(http.auth.token_call->token_path);
    return pages;
}

void HttpPages::openWindow(KeptCursor& at, bool again, base::UnixMillis now_ms) const {
    at.page = 0;
    at.next.clear();
    at.seen.clear();
    at.seen_tie.clear();
    if (!cursor_) return;
    at.from = again ? cursor_->withOverlap(at.at) : at.at;
    at.until = cursor_->until(now_ms);
}

void HttpPages::closeWindow(KeptCursor& at) {
    if (!at.seen.empty()) {
        at.at = at.seen;
        at.tie = at.seen_tie;
    }
    at.page = -1;
    for (std::string* text : {&at.from, &at.until, &at.next, &at.seen, &at.seen_tie}) text->clear();
}

base::Result<HttpPage> HttpPages::read(std::string_view body) const {
    HttpPage page;
    const base::Status decoded = decoder_->decode(body, [&](DecodedItem&& item) {
        ++page.items;
        if (!cursor_ || item.failure) return true;
        const ItemValue* value = item_cursor_.findOne(item.value);
        if (value == nullptr || !value->isScalar()) return true;
        const auto read = cursor_->read(value->text());
        if (!read || (page.greatest && *read < *page.greatest)) return true;
        page.greatest = read;
        page.greatest_text = value->text();
        const ItemValue* tie = cursor_->rule().tie_break.empty() ? nullptr : item_tie_.findOne(item.value);
        page.greatest_tie = tie != nullptr && tie->isScalar() ? tie->text() : "";
        return true;
    });
    // An answer that is no message of the source (a page of HTML from a proxy) must not move anything.
    if (!decoded.ok() && page.items == 0) return base::makeError(ErrorCode::PeerAnswerInvalid, decoded.error().detail);
    if (paging_.kind == PagingRule::Kind::NextLink) page.next = valueAt(body, next_);
    // To take it for the end would move the cursor past pages that nobody saw.
    if (page.next.size() > kNextLinkBytesMax) return base::makeError(ErrorCode::PeerAnswerInvalid, "a link to the next page of more than 2048 bytes");
    return page;
}

bool HttpPages::advance(const HttpPage& page, KeptCursor& at, base::UnixMillis now_ms) const {
    if (page.greatest) {
        const auto seen = at.seen.empty() ? std::nullopt : cursor_->read(at.seen);
        const auto before = cursor_->read(at.at);
        if ((!seen || *page.greatest >= *seen) && (!before || *page.greatest >= *before)) {
            at.seen = page.greatest_text;
            at.seen_tie = page.greatest_tie;
        }
    }
    bool last = paging_.kind == PagingRule::Kind::None;
    if (paging_.kind == PagingRule::Kind::NextLink) {
        last = page.next.empty() || (page.items == 0 && page.next == at.next);  // nothing, and again nothing
        at.next = page.next;
    } else if (!last) {
        last = paging_.until_empty ? page.items == 0 : page.items < static_cast<std::uint64_t>(paging_.size);
    }
    if (last) {
        closeWindow(at);
        return true;
    }
    ++at.page;
    const bool moved = !at.seen.empty() && at.seen != at.from;
    if (cursor_ && cursor_->rule().ascending && moved) {
        at.at = at.seen;
        at.tie = at.seen_tie;
        openWindow(at, false, now_ms);
    }
    return false;
}

std::string HttpPages::valueAt(std::string_view body, const Path& path) {
    static const auto decoder = makeDecoder(DecodeRules{});
    std::string text;
    if (!decoder.ok()) return text;
    (void)(*decoder)->decode(body, [&](DecodedItem&& item) {
        const ItemValue* value = path.findOne(item.value);
        if (value != nullptr && value->isScalar()) text = value->text();
        return false;
    });
    return text;
}

std::string hostOf(const std::string& url) {
    const std::size_t begin = url.find("://") + 3;
    return url.substr(0, std::min(url.find_first_of("/?", begin), url.size()));
}

base::Result<std::string> nextUrl(const std::string& url, const std::string& next) {
    const bool path = next.starts_with('/');
    if (!path && next.find("://") == std::string::npos) return url;
    std::string target = path ? hostOf(url) + next : next;
    if (hostOf(target) == hostOf(url)) return target;
    return base::makeError(ErrorCode::PeerAnswerInvalid, "the next page is on another host");
}

}  // namespace yht::kit
