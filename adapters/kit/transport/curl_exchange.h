// libcurl behind RAII, set up once for strangers: no proxies of the environment, no redirects, no signals, only the
// protocols asked for, a deadline for the whole, a stop. Its codes become rows of our error table; its texts, which may
// quote a path, stay here, but for those of the SSH handshake.
// Uses: base, libcurl. Used by: remote_store, http_exchange, guarded_fetch.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "adapters/kit/transport/file_store.h"

namespace yht::kit {

/// A list of texts as libcurl takes it.
class CurlList {
public:
    CurlList() = default;
    explicit CurlList(const std::vector<std::string>& lines);
    curl_slist* get() const { return list_.get(); }

private:
    struct Free {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };
    std::unique_ptr<curl_slist, Free> list_;
};

/// One handle, whose connections outlive the requests. Used by one thread at a time.
class CurlExchange {
public:
    /// `protocols`: "sftp", "http,https".
    /// `judge`: asked about the far side's certificate in every TLS handshake, and again before a connection that was kept is used
    /// once more: revoked meanwhile, it is given up for a new one. nullptr: nobody is asked.
    CurlExchange(const char* protocols, TransferTimes times, std::stop_token stop, std::shared_ptr<const trust::PeerJudge> judge = {});
    ~CurlExchange();
    CurlExchange(const CurlExchange&) = delete;
    CurlExchange& operator=(const CurlExchange&) = delete;

    /// Everything as set up above again; connections stay.
    void begin(const std::string& url);
    template <class T>
    void set(CURLoption option, T value) {
        // Options are ours and fixed: one that libcurl does not know is a mistake of the build.
        YHT_ASSERT(curl_easy_setopt(handle_.get(), option, value) == CURLE_OK);
    }
    void set(CURLoption option, const std::string& text) { set(option, text.c_str()); }
    /// Pieces of the answer go there; false from it ends the exchange, and succeeds with `cut()`.
    void onBody(FileSink sink) { sink_ = std::move(sink); }
    void onUpload(std::string_view bytes);
    /// Judges each address at the moment when its socket is made, so that no second look-up of a name leads elsewhere.
    void onConnect(std::function<bool(const sockaddr&)> may_connect);

    /// Errors: the judge's; PeerUnreachable and the others of the table in the .cpp file.
    base::Status run();
    bool cut() const { return cut_; }
    long responseCode() const;
    /// Where an answer over HTTP sends its asker, complete; "" nowhere.
    std::string redirectTarget() const;
    CURL* handle() { return handle_.get(); }

    /// `text` as a part of a URL's path: "/" stays.
    std::string escapedPath(std::string_view text) const;

private:
    static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t give(char* room, std::size_t size, std::size_t count, void* self);
    static curl_socket_t openSocket(void* self, curlsocktype, curl_sockaddr* address);
    static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
    static CURLcode judgePeer(CURL*, void* context, void* self);
    void giveUpRefused();
    base::Error errorOf(CURLcode code) const;

    struct Free {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    const std::string protocols_;
    const TransferTimes times_;
    const std::stop_token stop_;
    class NotedJudge;
    const std::shared_ptr<NotedJudge> judge_;  // nullptr: none
    std::unique_ptr<CURL, Free> handle_;
    char text_[CURL_ERROR_SIZE] = {};
    FileSink sink_;
    std::function<bool(const sockaddr&)> may_connect_;
    std::string_view upload_;
    bool cut_ = false;
};

}  // namespace yht::kit
