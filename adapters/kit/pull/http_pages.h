// What an HTTP interface's answers say, page by page, and where that moves the cursor. A window [from, until] is fixed when it
// is begun and kept with its page, so that a crash or a bound goes on in it. At its end the cursor is the greatest value seen
// in it, never more; it never goes back. Pure: answers are strangers' bytes, and nothing here asks for any.
// Uses: inbound, kept_cursor, cursor_value. Used by: pull_http.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/kit/decoder.h"
#include "adapters/kit/inbound/manifest.h"
#include "adapters/kit/path.h"
#include "adapters/kit/pull/cursor_value.h"
#include "adapters/kit/pull/kept_cursor.h"

namespace yht::kit {

inline constexpr std::size_t kNextLinkBytesMax = 2'048;

struct HttpPage {
    std::uint64_t items = 0;
    std::optional<std::int64_t> greatest;
    std::string greatest_text, greatest_tie;
    std::string next;  // of paging by links; "" the last page
};

/// Immutable. Thread-safety: any thread.
class HttpPages {
public:
    /// Errors: ManifestInvalid. Requires: a manifest that pulls over HTTP.
    static base::Result<HttpPages> make(const Manifest& manifest);

    const std::optional<CursorValues>& cursor() const { return cursor_; }
    /// `again`: with the overlap; the pages of one ascending pull go on without.
    void openWindow(KeptCursor& at, bool again, base::UnixMillis now_ms) const;

    /// Counts the items and finds the greatest cursor among them; an item that can't be decoded is counted.
    /// Errors: PeerAnswerInvalid: no message of this source.
    base::Result<HttpPage> read(std::string_view body) const;
    /// Moves `at` over the page. True: it was the window's last one.
    bool advance(const HttpPage& page, KeptCursor& at, base::UnixMillis now_ms) const;

    /// What it says of itself: the manifest's `success`, "" where it says nothing there.
    std::string successOf(std::string_view body) const { return valueAt(body, success_); }
    std::string tokenOf(std::string_view body) const { return valueAt(body, token_); }

private:
    HttpPages(PagingRule paging, std::shared_ptr<const Decoder> decoder) : paging_(std::move(paging)), decoder_(std::move(decoder)) {}
    /// One text of an answer that is one JSON document.
    static std::string valueAt(std::string_view body, const Path& path);
    static void closeWindow(KeptCursor& at);

    PagingRule paging_;
    std::shared_ptr<const Decoder> decoder_;
    std::optional<CursorValues> cursor_;
    Path item_cursor_, item_tie_, success_, next_, token_;
};

/// "https://host:port" of a URL.
std::string hostOf(const std::string& url);
/// Where the next page is asked for: the link that the source gave, where it is one; else `url` (a token for {next}).
/// Errors: PeerAnswerInvalid: a link elsewhere would take our credentials there.
base::Result<std::string> nextUrl(const std::string& url, const std::string& next);

}  // namespace yht::kit
