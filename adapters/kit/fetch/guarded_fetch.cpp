#include "adapters/kit/fetch/guarded_fetch.h"

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>

#include "adapters/kit/fetch/address_rules.h"
#include "gateway/base/assert.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using base::makeError;

constexpr long kStatusOk = 200;
constexpr long kStatusTooMany = 429;
constexpr std::uint64_t kSkippedBytesMax = 64 * 1024;  // of an answer that is no file

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
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

/// One exchange, without following anything.
class Exchange {
public:
    Exchange(const FetchAsk& ask, const FetchRules& rules, const FetchSink& sink, const std::stop_token& stop)
        : rules_(rules), sink_(sink), stop_(stop), handle_(curl_easy_init()) {
        YHT_ASSERT(handle_ != nullptr);
        for (const auto& [name, value] : ask.headers) addHeader(name + ": " + value);
        addHeader("Accept: */*");
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROXY, "");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        set(CURLOPT_SSL_VERIFYPEER, 1L);
        set(CURLOPT_SSL_VERIFYHOST, 2L);
        if (!rules.ca_path.empty()) set(CURLOPT_CAINFO, rules.ca_path.c_str());
        set(CURLOPT_HTTPHEADER, headers_.get());
        set(CURLOPT_OPENSOCKETFUNCTION, &Exchange::openSocket);
        set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &Exchange::progress);
        set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
        set(CURLOPT_WRITEFUNCTION, &Exchange::take);
        set(CURLOPT_WRITEDATA, static_cast<void*>(this));
        if (ask.post) {
            set(CURLOPT_POST, 1L);
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(ask.body.size()));
            set(CURLOPT_POSTFIELDS, ask.body.c_str());
        }
    }

    /// The redirect's target, "" where the file has come.
    base::Result<std::string> run(const std::string& url, std::int64_t left_ms) {
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(left_ms));
        const CURLcode code = curl_easy_perform(handle_.get());
        if (refused_address_ && code != CURLE_OK) return notAllowed("address");
        if (failure_) return *failure_;
        long status = 0;
        curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
        if (code != CURLE_OK && skipped_ <= kSkippedBytesMax) return errorOf(code, status);
        if (status == kStatusOk) return std::string();
        char* target = nullptr;
        curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &target);
        if (target != nullptr) return std::string(target);
        const bool later = status == kStatusTooMany || status >= 500;
        return makeError(later ? ErrorCode::PeerBusy : ErrorCode::PeerRefused, "status " + std::to_string(status));
    }

private:
    template <class T>
    void set(CURLoption option, T value) {
        YHT_ASSERT(curl_easy_setopt(handle_.get(), option, value) == CURLE_OK);
    }
    void addHeader(const std::string& line) {
        curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
        YHT_ASSERT(longer != nullptr);
        static_cast<void>(headers_.release());
        headers_.reset(longer);
    }

    static curl_socket_t openSocket(void* self, curlsocktype, curl_sockaddr* address) {
        auto* exchange = static_cast<Exchange*>(self);
        if (!mayConnect(address->addr, exchange->rules_.hosts)) {
            exchange->refused_address_ = true;
            return CURL_SOCKET_BAD;
        }
        exchange->refused_address_ = false;  // another address of the same name
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }
    static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<Exchange*>(self)->stop_.stop_requested() ? 1 : 0;
    }
    static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* self) {
        auto* exchange = static_cast<Exchange*>(self);
        long status = 0;
        curl_easy_getinfo(exchange->handle_.get(), CURLINFO_RESPONSE_CODE, &status);
        const std::string_view piece(bytes, size * count);
        if (status != kStatusOk) {  // what a refusal says is nobody's file
            exchange->skipped_ += piece.size();
            return exchange->skipped_ <= kSkippedBytesMax ? piece.size() : 0;
        }
        exchange->taken_ += piece.size();
        base::Status taken = exchange->taken_ > exchange->rules_.bytes_max ? makeError(ErrorCode::BodyTooLarge)
                                                                           : exchange->sink_(piece);
        if (taken.ok()) return piece.size();
        exchange->failure_ = std::move(taken).error();
        return 0;
    }

    base::Error errorOf(CURLcode code, long status) const {
        const std::string detail = "curl " + std::to_string(code) + ", " + curl_easy_strerror(code);
        if (stop_.stop_requested()) return makeError(ErrorCode::PeerAnswerLost, "stopped");
        return makeError(status == 0 ? ErrorCode::PeerUnreachable : ErrorCode::PeerAnswerLost, detail);
    }

    const FetchRules& rules_;
    const FetchSink& sink_;
    const std::stop_token& stop_;
    std::unique_ptr<curl_slist, FreeList> headers_;
    std::unique_ptr<CURL, FreeHandle> handle_;
    std::uint64_t taken_ = 0, skipped_ = 0;
    bool refused_address_ = false;
    std::optional<base::Error> failure_;
};

void startLibrary() {
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    YHT_ASSERT(started);
}

}  // namespace

base::Status guardedFetch(
    const FetchAsk& ask, const FetchRules& rules, const FetchSink& sink, std::stop_token stop
) {
    startLibrary();
    const auto first = placeOf(ask.url);
    if (!first) return notAllowed("no URL");
    if (auto judged = judge(*first, rules); !judged.ok()) return judged;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(rules.timeout_ms);
    std::string url = ask.url;
    for (int hop = 0; hop <= kRedirectsMax; ++hop) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        if (left.count() <= 0) return makeError(ErrorCode::PeerAnswerLost, "deadline");
        Exchange exchange(ask, rules, sink, stop);
        auto target = exchange.run(url, left.count());
        if (!target.ok()) return std::move(target).error();
        if (target->empty()) return {};
        const auto next = placeOf(*target);
        if (!next || !next->same(*first) || !next->user.empty()) return notAllowed("redirect");
        url = *std::move(target);
    }
    return notAllowed("too many redirects");
}

}  // namespace yht::kit
