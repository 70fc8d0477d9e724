#include "adapters/kit/transport/guarded_fetch.h"

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>

#include "adapters/kit/transport/address_rules.h"
#include "gateway/base/assert.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using base::makeError;

constexpr int kStatusOk = 200, kStatusTooMany = 429;

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// Where a URL leads; "" where it has no such part.
struct Place {
    std::string scheme, host, user;
    int port = 0;
    bool default_port = false;
    bool same(const Place& other) const { return scheme == other.scheme && host == other.host && port == other.port; }
};

std::string partOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
    std::string copy = text;
    curl_free(text);
    return copy;
}

std::optional<Place> placeOf(const std::string& text) {
    const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
    YHT_ASSERT(url != nullptr);
    if (text.size() > kFetchUrlBytesMax || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
        return std::nullopt;
    }
    Place place{partOf(url.get(), CURLUPART_SCHEME), partOf(url.get(), CURLUPART_HOST),
                partOf(url.get(), CURLUPART_USER), 0, false};
    for (char& c : place.host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    place.port = std::atoi(partOf(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT).c_str());
    place.default_port = place.port == (place.scheme == "https" ? 443 : 80);
    return place;
}

base::Error notAllowed(const char* what) {
    return makeError(ErrorCode::AttachmentHost, what);
}

base::Status judge(const Place& place, const FetchRules& rules) {
    const bool scheme = place.scheme == "https" || (rules.plain_http && place.scheme == "http");
    if (!scheme) return notAllowed("scheme");
    if (!place.user.empty()) return notAllowed("a user in the URL");
    if (!isListedHost(place.host, place.port, place.default_port, rules.hosts)) return notAllowed("host");
    return {};
}

/// What one hop brought: the redirect's target, "" where the file has come.
base::Result<std::string> askOnce(
    const HttpAsk& ask, const FetchRules& rules, std::int64_t left_ms, const HttpSink& sink, const std::stop_token& stop
) {
    bool refused_address = false;
    HttpExchangeSettings settings;
    settings.ca_path = rules.ca_path;
    settings.times = {left_ms, left_ms};
    settings.may_connect = [&](const sockaddr& address) {
        const bool may = mayConnect(address, rules.hosts);
        refused_address = !may;  // another address of the same name may do
        return may;
    };
    auto exchange = HttpExchange::open(std::move(settings), stop);
    if (!exchange.ok()) return std::move(exchange).error();
    const auto answer = (*exchange)->ask(ask, sink);
    if (!answer.ok() && refused_address) return notAllowed("address");
    if (!answer.ok()) return answer.error();
    if (answer->status == kStatusOk) return std::string();
    if (std::string target = (*exchange)->redirectTarget(); !target.empty()) return target;
    const bool later = answer->status == kStatusTooMany || answer->status >= 500;
    return makeError(later ? ErrorCode::PeerBusy : ErrorCode::PeerRefused, "status " + std::to_string(answer->status));
}

}  // namespace

base::Status guardedFetch(
    const HttpAsk& ask, const FetchRules& rules, const HttpSink& sink, std::stop_token stop
) {
    const auto first = placeOf(ask.url);
    if (!first) return notAllowed("no URL");
    if (auto judged = judge(*first, rules); !judged.ok()) return judged;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(rules.timeout_ms);
    HttpAsk hop_ask = ask;
    const HttpSink bounded = [&, taken_bytes = std::uint64_t{0}](std::string_view piece) mutable -> base::Status {
        taken_bytes += piece.size();
        return taken_bytes > rules.bytes_max ? makeError(ErrorCode::BodyTooLarge) : sink(piece);
    };
    for (int hop = 0; hop <= kRedirectsMax; ++hop) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        if (left.count() <= 0) return makeError(ErrorCode::PeerAnswerLost, "deadline");
        auto target = askOnce(hop_ask, rules, left.count(), bounded, stop);
        if (!target.ok()) return std::move(target).error();
        if (target->empty()) return {};
        const auto next = placeOf(*target);
        if (!next || !next->same(*first) || !next->user.empty()) return notAllowed("redirect");
        hop_ask.url = *std::move(target);
    }
    return notAllowed("too many redirects");
}

}  // namespace yht::kit
