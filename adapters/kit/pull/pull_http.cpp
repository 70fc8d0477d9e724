// An HTTP interface that is asked page by page. A window [from, until] is fixed when it is begun and kept with its page,
// so that a crash or a bound goes on in it. At its end the cursor is the greatest value seen in it, never more.
#include <algorithm>

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/inbound/request_template.h"
#include "adapters/kit/path.h"
#include "adapters/kit/pull/cursor_value.h"
#include "adapters/kit/pull/kept_cursor.h"
#include "adapters/kit/pull/puller.h"
#include "adapters/kit/transport/http_exchange.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr int kOk = 200, kMultipleChoices = 300, kUnauthorized = 401, kForbidden = 403, kTooMany = 429, kServerError = 500;

std::string percentEncoded(std::string_view text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string encoded;
    for (const unsigned char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) encoded += static_cast<char>(c);
        else (encoded += '%').append({kHex[c >> 4], kHex[c & 15]});
    }
    return encoded;
}

std::string jsonEscaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\') escaped += '\\';
        if (static_cast<unsigned char>(c) >= 0x20) escaped += c;
    }
    return escaped;
}

/// What is put into a template has to suit the place where it stands.
enum class Escape { Header, Query, Json };
std::string escaped(const std::string& text, Escape escape) {
    if (escape == Escape::Query) return percentEncoded(text);
    if (escape == Escape::Json) return jsonEscaped(text);
    std::string line = text;
    std::erase_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    return line;
}

std::string hostOf(const std::string& url) {
    const std::size_t begin = url.find("://") + 3;
    return url.substr(0, std::min(url.find_first_of("/?", begin), url.size()));
}

base::Error answered(int status) {
    const std::string detail = "HTTP " + std::to_string(status);
    if (status == kUnauthorized || status == kForbidden) return base::makeError(ErrorCode::PeerLoginRefused, detail);
    if (status == kTooMany || status >= kServerError) return base::makeError(ErrorCode::PeerBusy, detail);
    return base::makeError(ErrorCode::PeerRefused, detail);
}

/// One value of an answer that is one document.
std::string valueAt(std::string_view body, const Path& path) {
    DecodeRules rules;
    rules.items = "";
    const auto decoder = makeDecoder(rules);
    std::string text;
    if (!decoder.ok()) return text;
    (void)(*decoder)->decode(body, [&](DecodedItem&& item) {
        const ItemValue* value = path.findOne(item.value);
        if (value != nullptr && value->isScalar()) text = value->text();
        return false;
    });
    return text;
}

class HttpPuller final : public Puller {
public:
    struct Parts {
        std::optional<CursorValues> cursor;
        std::shared_ptr<const Decoder> decoder;
        Path item_cursor, item_tie, success, next, token;
    };
    HttpPuller(const PullRules& rules, Parts parts, PullSurroundings surroundings)
        : rules_(rules), http_(std::get<HttpPull>(rules_.way)), parts_(std::move(parts)), surroundings_(std::move(surroundings)) {}

    base::Status begin(const std::string& cursor) override {
        if (!exchange_) {
            auto opened = open();
            if (!opened.ok()) return std::move(opened).error();
            exchange_ = *std::move(opened);
        }
        auto kept = decodeCursor(cursor);
        if (!kept.ok()) return std::move(kept).error();
        at_ = *std::move(kept);
        pages_ = 0;
        items_ = 0;
        ended_ = more_ = false;
        if (at_.at.empty() && parts_.cursor) at_.at = parts_.cursor->rule().start;
        if (at_.page < 0) openWindow(true);
        return {};
    }

    base::Result<std::optional<Portion>> next() override {
        if (ended_) return std::optional<Portion>();
        auto answer = askWithLogin();
        if (!answer.ok()) return std::move(answer).error();
        ++pages_;
        Page page;
        if (auto read = readItems(answer->body, page); !read.ok()) return std::move(read).error();
        Portion portion;
        portion.items = page.items;
        items_ += page.items;
        portion.newest_ms = page.newest_ms;
        portion.evidence = exchange_->evidence();
        if (!token_.empty()) portion.evidence.credential = "token";
        if (!http_.auth.header.empty()) portion.evidence.credential = "header";
        portion.content_type = answer->field("content-type");
        portion.message = page.items > 0;
        advance(page, answer->body);
        portion.cursor = encodeCursor(at_);
        portion.body = std::move(answer->body);
        return std::optional<Portion>(std::move(portion));
    }

    base::Status settle() override { return {}; }
    bool more() const override { return more_; }

private:
    struct Page {
        std::uint64_t items = 0;
        base::UnixMillis newest_ms = 0;
        std::optional<std::int64_t> greatest;
        std::string greatest_text, greatest_tie;
    };

    base::Result<std::unique_ptr<HttpExchange>> open() {
        HttpExchangeSettings settings;
        settings.times = {rules_.connect_timeout_s * 1'000, rules_.timeout_s * 1'000};
        settings.answer_bytes_max = http_.answer_bytes_max;
        if (!http_.ca.empty()) settings.ca_path = surroundings_.deployment_path(http_.ca);
        if (!http_.auth.certificate.empty()) {
            auto key = surroundings_.secret_path(http_.auth.key);
            if (!key.ok()) return std::move(key).error();
            settings.certificate_path = surroundings_.deployment_path(http_.auth.certificate);
            settings.key_path = *std::move(key);
        }
        if (!http_.auth.user.empty()) {
            auto password = surroundings_.secret(http_.auth.password);
            if (!password.ok()) return std::move(password).error();
            settings.user = http_.auth.user;
            settings.password = *std::move(password);
        }
        return HttpExchange::open(std::move(settings), surroundings_.stop);
    }

    /// `again`: with the overlap; the pages of one ascending pull go on without.
    void openWindow(bool overlap) {
        at_.page = 0;
        at_.next.clear();
        at_.seen.clear();
        at_.seen_tie.clear();
        if (!parts_.cursor) return;
        at_.from = overlap ? parts_.cursor->withOverlap(at_.at) : at_.at;
        at_.until = parts_.cursor->until(surroundings_.clock.nowMillis());
    }

    void closeWindow() {
        if (!at_.seen.empty()) {
            at_.at = at_.seen;
            at_.tie = at_.seen_tie;
        }
        at_.page = -1;
        for (std::string* text : {&at_.from, &at_.until, &at_.next, &at_.seen, &at_.seen_tie}) text->clear();
    }

    base::Result<std::string> valueOf(const std::string& word) {
        if (word.starts_with("secret:")) return surroundings_.secret(word.substr(7));
        const std::int64_t page = std::max<std::int64_t>(at_.page, 0);
        if (word == "from") return at_.from;
        if (word == "until") return at_.until;
        if (word == "cursor") return at_.at;
        if (word == "tie_break") return at_.tie;
        if (word == "page") return std::to_string(http_.paging.first + page);
        if (word == "offset") return std::to_string(http_.paging.first + page * http_.paging.size);
        if (word == "page_size") return std::to_string(http_.paging.size);
        if (word == "next") return at_.next;
        if (word == "token") return token_;
        const base::UnixMillis now_ms = surroundings_.clock.nowMillis();
        return parts_.cursor && parts_.cursor->isTime() ? parts_.cursor->write(now_ms) : base::formatRfc3339(now_ms);
    }

    base::Result<std::string> filled(const std::string& text, Escape escape) {
        return fillTemplate(text, [&](const std::string& word) -> base::Result<std::string> {
            auto value = valueOf(word);
            return value.ok() ? base::Result<std::string>(escaped(*value, escape)) : value;
        });
    }

    base::Result<HttpAsk> askOf(const HttpRequestRule& rule) {
        HttpAsk ask;
        ask.url = rule.url;
        ask.post = rule.post;
        char separator = '?';
        for (const auto& [name, text] : rule.query) {
            auto value = filled(text, Escape::Query);
            if (!value.ok()) return std::move(value).error();
            ask.url += separator + percentEncoded(name) + "=" + fixedPart(text, *value);
            separator = '&';
        }
        for (const auto& [name, text] : rule.headers) {
            auto value = filled(text, Escape::Header);
            if (!value.ok()) return std::move(value).error();
            ask.fields.emplace_back(name, *std::move(value));
        }
        if (!rule.post) return ask;
        const bool form = rule.content_type.starts_with("application/x-www-form-urlencoded");
        auto body = filled(rule.body, form ? Escape::Query : Escape::Json);
        if (!body.ok()) return std::move(body).error();
        ask.body = *std::move(body);
        ask.fields.emplace_back("Content-Type", rule.content_type);
        return ask;
    }

    /// A query's value: where nothing was filled in, the text itself has to be encoded.
    static std::string fixedPart(const std::string& text, const std::string& value) {
        return templateWords(text).empty() ? percentEncoded(value) : value;
    }

    base::Status login() {
        surroundings_.before_request();
        auto ask = askOf(http_.auth.token_call->request);
        if (!ask.ok()) return std::move(ask).error();
        auto answer = exchange_->ask(*ask);
        if (!answer.ok()) return std::move(answer).error();
        if (answer->status < kOk || answer->status >= kMultipleChoices) return base::makeError(ErrorCode::PeerLoginRefused, "token call: HTTP " + std::to_string(answer->status));
        token_ = valueAt(answer->body, parts_.token);
        if (token_.empty()) return base::makeError(ErrorCode::PeerLoginRefused, "token call: no token in the answer");
        token_until_ms_ = surroundings_.clock.steadyMillis() + http_.auth.token_call->lifetime_s * 1'000;
        return {};
    }

    base::Result<HttpAnswer> askOnce() {
        const auto& call = http_.auth.token_call;
        if (call && (token_.empty() || surroundings_.clock.steadyMillis() >= token_until_ms_)) {
            if (auto in = login(); !in.ok()) return std::move(in).error();
        }
        auto ask = askOf(http_.request);
        if (!ask.ok()) return std::move(ask).error();
        if (http_.paging.kind == PagingRule::Kind::NextLink && !at_.next.empty()) {
            if (at_.next.find("://") != std::string::npos || at_.next.starts_with('/')) {
                const std::string url = at_.next.starts_with('/') ? hostOf(http_.request.url) + at_.next : at_.next;
                // A link elsewhere would take our credentials there.
                if (hostOf(url) != hostOf(http_.request.url)) return base::makeError(ErrorCode::PeerAnswerInvalid, "the next page is on another host");
                ask->url = url;
            }
        }
        const std::string& header = call ? call->header : http_.auth.header;
        if (!header.empty()) {
            auto value = filled(call ? call->value : http_.auth.value, Escape::Header);
            if (!value.ok()) return std::move(value).error();
            ask->fields.emplace_back(header, *std::move(value));
        }
        surroundings_.before_request();
        return exchange_->ask(*ask);
    }

    base::Result<HttpAnswer> askWithLogin() {
        auto answer = askOnce();
        const bool refused = answer.ok() && (answer->status == kUnauthorized || answer->status == kForbidden);
        if (refused && http_.auth.token_call) {
            token_.clear();
            answer = askOnce();
        }
        if (!answer.ok()) return answer;
        if (answer->status < kOk || answer->status >= kMultipleChoices) return answered(answer->status);
        if (http_.success_path.empty()) return answer;
        const std::string said = valueAt(answer->body, parts_.success);
        const auto& wanted = http_.success_values;
        if (std::find(wanted.begin(), wanted.end(), said) != wanted.end()) return answer;
        return base::makeError(ErrorCode::PeerRefused, "HTTP " + std::to_string(answer->status) + ", but " + http_.success_path + " says no");
    }

    /// Counts the items and finds the greatest cursor among them. What can't be decoded is counted by the adapter.
    base::Status readItems(const std::string& body, Page& page) {
        const base::Status decoded = parts_.decoder->decode(body, [&](DecodedItem&& item) {
            ++page.items;
            if (!parts_.cursor || item.failure) return true;
            const ItemValue* value = parts_.item_cursor.findOne(item.value);
            if (value == nullptr || !value->isScalar()) return true;
            const auto read = parts_.cursor->read(value->text());
            if (!read || (page.greatest && *read < *page.greatest)) return true;
            page.greatest = read;
            page.greatest_text = value->text();
            const ItemValue* tie = parts_.cursor->rule().tie_break.empty() ? nullptr : parts_.item_tie.findOne(item.value);
            page.greatest_tie = tie != nullptr && tie->isScalar() ? tie->text() : "";
            return true;
        });
        if (parts_.cursor && parts_.cursor->isTime() && page.greatest) page.newest_ms = *page.greatest;
        // An answer that is no message of the source (a page of HTML from a proxy) must not move anything.
        if (!decoded.ok() && page.items == 0) return base::makeError(ErrorCode::PeerAnswerInvalid, decoded.error().detail);
        return {};
    }

    void advance(const Page& page, const std::string& body) {
        if (page.greatest) {
            const auto seen = at_.seen.empty() ? std::nullopt : parts_.cursor->read(at_.seen);
            const auto before = parts_.cursor->read(at_.at);
            if ((!seen || *page.greatest >= *seen) && (!before || *page.greatest >= *before)) {
                at_.seen = page.greatest_text;
                at_.seen_tie = page.greatest_tie;
            }
        }
        const PagingRule& paging = http_.paging;
        bool last = paging.kind == PagingRule::Kind::None;
        if (paging.kind == PagingRule::Kind::NextLink) {
            at_.next = valueAt(body, parts_.next);
            last = at_.next.empty() || at_.next.size() > 2'048;
        } else if (!last) {
            last = paging.until_empty ? page.items == 0 : page.items < static_cast<std::uint64_t>(paging.size);
        }
        const bool bound = pages_ >= paging.pages_max || items_ >= rules_.items_max;
        if (last) {
            closeWindow();
            ended_ = true;
            return;
        }
        ++at_.page;
        const bool moved = !at_.seen.empty() && at_.seen != at_.from;
        if (parts_.cursor && parts_.cursor->rule().ascending && moved) {
            at_.at = at_.seen;
            at_.tie = at_.seen_tie;
            openWindow(false);
        }
        ended_ = more_ = bound;
    }

    const PullRules rules_;
    const HttpPull& http_;
    const Parts parts_;
    PullSurroundings surroundings_;
    std::unique_ptr<HttpExchange> exchange_;
    KeptCursor at_;
    std::string token_;
    std::int64_t token_until_ms_ = 0;
    std::uint64_t items_ = 0;
    std::uint32_t pages_ = 0;
    bool ended_ = false, more_ = false;
};

}  // namespace

base::Result<std::unique_ptr<Puller>> makeHttpPuller(const Manifest& manifest, PullSurroundings surroundings) {
    const auto& http = std::get<HttpPull>(manifest.pull->way);
    HttpPuller::Parts parts;
    auto decoder = makeDecoder(manifest.decode);
    if (!decoder.ok()) return std::move(decoder).error();
    parts.decoder = *std::move(decoder);
    const auto path = [](const std::string& text) { return Path::parse(text).ok() ? *Path::parse(text) : Path(); };
    if (http.cursor) {
        auto values = CursorValues::make(*http.cursor);
        if (!values.ok()) return std::move(values).error();
        parts.cursor = *std::move(values);
        parts.item_cursor = path(http.cursor->place);
        parts.item_tie = path(http.cursor->tie_break);
    }
    parts.success = path(http.success_path);
    parts.next = path(http.paging.next_path);
    if (http.auth.token_call) parts.token = path(http.auth.token_call->token_path);
    return std::unique_ptr<Puller>(std::make_unique<HttpPuller>(*manifest.pull, std::move(parts), std::move(surroundings)));
}

}  // namespace yht::kit
