// The revocation book's other half: where lists and answers come from, when they are asked for again, and how they are kept.
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gateway/crypto/digest.h"
#include "gateway/trust/revocation_book.h"

namespace yht::trust {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr const char* kListFile = "crl-";
constexpr const char* kAnswerFile = "ocsp-";
constexpr std::size_t kNameCharacters = 32;
constexpr std::int64_t kRefreshMillisMin = 1'000;
constexpr std::int64_t kJudgeAgainMillis = 60'000;  // a list that was made tomorrow is today's by then

std::string listName(const std::string& url) { return kListFile + base::toHex(crypto::sha256(url)).substr(0, kNameCharacters); }

std::optional<base::Bytes> readBytes(const std::string& path, std::size_t bytes_max) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    base::Bytes bytes(bytes_max + 1, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    if (in.bad() || bytes.size() > bytes_max) return std::nullopt;
    return bytes;
}

/// Those of a certificate's URLs that are fetched: a stranger wrote them.
std::vector<std::string> webUrls(const std::vector<std::string>& urls) {
    constexpr std::size_t kUrlsMax = 4, kUrlBytesMax = 1024;
    std::vector<std::string> web;
    for (const auto& url : urls) {
        const bool is_web = url.starts_with("http://") || url.starts_with("https://");
        if (is_web && url.size() <= kUrlBytesMax && web.size() < kUrlsMax) web.push_back(url);
    }
    return web;
}

/// Changes with the file; 0 where there is none.
std::int64_t timeOf(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return 0;
    return info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec + static_cast<std::int64_t>(info.st_ino) + info.st_size;
}

}  // namespace

std::string RevocationBook::keptPath(const std::string& name) const { return settings_.directory + "/" + name; }

void RevocationBook::keep(const std::string& name, base::BytesView bytes) const {
    if (settings_.directory.empty()) return;
    std::error_code ignored;
    fs::create_directories(settings_.directory, ignored);
    const std::string part = keptPath(name) + ".part";
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (out) fs::rename(part, keptPath(name), ignored);  // lost, it is fetched again
}

void RevocationBook::readKept() {
    if (settings_.directory.empty()) return;
    for (const auto& url : settings_.crl_urls) {
        if (const auto bytes = readBytes(keptPath(listName(url)), crypto::kRevocationListBytesMax)) {
            static_cast<void>(takeList(url, *bytes, false));
        }
    }
}

base::Result<base::UnixMillis> RevocationBook::takeList(const std::string& from, base::BytesView bytes, bool keep_it) {
    auto list = crypto::RevocationList::read(bytes);
    if (!list.ok()) {
        known_.listFault(from, list.error());
        return std::move(list).error();
    }
    const base::Bytes der = keep_it ? list->toDer() : base::Bytes();
    const auto next_update_ms = list->nextUpdateMillis();
    known_.putList(from, *std::move(list));
    if (keep_it) keep(listName(from), der);
    return next_update_ms;
}

void RevocationBook::takeAnswer(const std::string& fingerprint, base::BytesView answer_der) {
    for (const auto& [leaf, chain] : known_.chains) {
        for (std::size_t i = 0; i + 1 < chain.chain.size(); ++i) {
            if (chain.fingerprints[i] != fingerprint) continue;
            auto answer = crypto::readOcspAnswer(answer_der, chain.chain[i], chain.chain[i + 1], clock_.nowMillis());
            OcspKnown& known = known_.answers[fingerprint];
            if (!answer.ok()) {
                known.fault = std::move(answer).error();
                return;
            }
            known.fault.reset();
            if (known.answer && known.answer->this_update_ms > answer->this_update_ms) return;
            known.answer = *std::move(answer);
            keep(kAnswerFile + fingerprint, answer_der);
            return;
        }
    }
}

void RevocationBook::takeStapled(const crypto::CertificateChain& chain, base::BytesView answer_der) {
    if (chain.size() < 2) return;
    const auto answer = crypto::readOcspAnswer(answer_der, chain[0], chain[1], clock_.nowMillis());
    // What the far side staples wrongly says nothing of what the responder would say.
    if (!answer.ok()) return;
    const std::lock_guard lock(mutex_);
    takeAnswer(base::toHex(crypto::sha256(chain.front())), answer_der);
    publish();
}

base::Status RevocationBook::readFiles(bool all) {
    base::Status first;
    bool differs = false;
    {
        const std::lock_guard lock(mutex_);
        bool news = all || std::abs(clock_.nowMillis() - judged_ms_) >= kJudgeAgainMillis;
        for (const auto& path : settings_.crl_files) {
            const auto time = timeOf(path);
            if (!all && file_times_[path] == time) continue;
            file_times_[path] = time;
            news = true;
            const auto bytes = readBytes(path, crypto::kRevocationListBytesMax);
            const auto taken = bytes ? takeList(path, *bytes, false)
                                     : base::makeError(ErrorCode::CertUnreadable, "can't be read, or too long");
            if (taken.ok()) continue;
            base::Error fault = base::makeError(taken.error().code, path + ": " + taken.error().detail);
            known_.listFault(path, fault);
            if (settings_.log) settings_.log("revocation 吊销核验: the list before it stays 沿用原吊销列表: " + base::describe(fault));
            if (first.ok()) first = std::move(fault);
        }
        if (news) differs = publish();
    }
    if (differs && changed_) changed_();
    return first;
}

void RevocationBook::addAsk(const std::string& url, base::Bytes body, const std::string& fingerprint) {
    const std::string key = url + " " + fingerprint;
    if (asks_.size() >= settings_.asks_max && !asks_.contains(key)) {
        ++asks_left_out_;
        return;
    }
    asks_.try_emplace(key, Asked{{url, std::move(body), fingerprint}, clock_.steadyMillis(), false});
}

void RevocationBook::renewAsks() {
    std::map<std::string, Asked> before;
    before.swap(asks_);
    asks_left_out_ = 0;
    for (const auto& url : settings_.crl_urls) addAsk(url, {}, {});
    for (const auto& [leaf, chain] : known_.chains) {
        if (chain.policy.mode == RevocationPolicy::Mode::Off) continue;
        for (std::size_t i = 0; i + 1 < chain.chain.size(); ++i) {
            const auto facts = crypto::readCertificateFacts(chain.chain[i]);
            if (!facts.ok()) continue;
            std::vector<std::string> responders;
            if (!settings_.ocsp_url.empty()) responders = {settings_.ocsp_url};
            else if (settings_.certificate_urls) responders = webUrls(facts->ocsp_urls);
            if (!responders.empty()) {
                if (auto body = crypto::ocspRequest(chain.chain[i], chain.chain[i + 1])) {
                    addAsk(responders.front(), *std::move(body), chain.fingerprints[i]);
                }
                const bool unheard = !known_.answers.contains(chain.fingerprints[i]);
                if (unheard && !settings_.directory.empty()) {
                    const auto kept = readBytes(keptPath(kAnswerFile + chain.fingerprints[i]), crypto::kOcspAnswerBytesMax);
                    if (kept) takeAnswer(chain.fingerprints[i], *kept);
                }
            }
            if (!settings_.certificate_urls) continue;
            for (const auto& url : webUrls(facts->crl_urls)) {
                addAsk(url, {}, {});
                if (const auto kept = readBytes(keptPath(listName(url)), crypto::kRevocationListBytesMax); kept && !before.contains(url + " ")) {
                    static_cast<void>(takeList(url, *kept, false));
                }
            }
        }
    }
    for (auto& [key, asked] : asks_) {
        if (const auto old = before.find(key); old != before.end()) asked = old->second;
    }
}

std::int64_t RevocationBook::refreshAfter(base::UnixMillis good_until_ms) const {
    // Early enough that a responder which is down for a while is no harm.
    const auto left_ms = (good_until_ms - clock_.nowMillis()) * 4 / 5;
    const auto wait_ms = left_ms <= 0 ? settings_.retry_ms : std::min(left_ms, settings_.refresh_ms);
    return std::max(std::min(kRefreshMillisMin, settings_.refresh_ms), wait_ms);
}

std::vector<RevocationAsk> RevocationBook::due() {
    const std::lock_guard lock(mutex_);
    std::vector<RevocationAsk> now;
    for (auto& [key, asked] : asks_) {
        if (asked.out || asked.next_steady_ms > clock_.steadyMillis()) continue;
        asked.out = true;
        now.push_back(asked.ask);
    }
    return now;
}

void RevocationBook::took(const RevocationAsk& ask, const base::Result<std::string>& bytes) {
    bool differs = false;
    {
        const std::lock_guard lock(mutex_);
        const auto found = asks_.find(ask.url + " " + ask.fingerprint);
        std::int64_t wait_ms = settings_.retry_ms;
        if (ask.fingerprint.empty()) {
            const auto taken = bytes.ok() ? takeList(ask.url, *bytes, true) : bytes.error();
            if (taken.ok()) wait_ms = refreshAfter(*taken);
            else known_.listFault(ask.url, base::makeError(taken.error().code, base::describe(taken.error())));
        } else if (bytes.ok()) {
            takeAnswer(ask.fingerprint, *bytes);
            const auto& known = known_.answers[ask.fingerprint];
            if (!known.fault && known.answer) wait_ms = refreshAfter(known.answer->next_update_ms);
        } else {
            known_.answers[ask.fingerprint].fault =
                base::makeError(ErrorCode::CertOcspUnavailable, ask.url + ": " + base::describe(bytes.error()));
        }
        if (found != asks_.end()) {
            found->second.out = false;
            found->second.next_steady_ms = clock_.steadyMillis() + wait_ms;
        }
        differs = publish();
    }
    if (differs && changed_) changed_();
}

}  // namespace yht::trust
