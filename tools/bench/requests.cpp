#include "tools/bench/requests.h"

#include <cmath>
#include <exception>
#include <random>
#include <thread>

#include "tools/bench/figures.h"
#include "gateway/crypto/digest.h"
#include "tools/partner-sim/flood.h"
#include "tools/speaker/soap_message.h"

namespace yht::bench {

namespace {

constexpr const char* kTarget = "/v1/records";

std::string bodyOf(const std::vector<std::string>& records) {
    if (records.size() == 1) return records.front();
    std::string body = "[";
    for (const auto& record : records) body += (body.size() > 1 ? "," : "") + record;
    return body + "]";
}

std::string signedBytes(const Recipe& recipe, const std::string& body, base::UnixMillis at_ms) {
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = "https://" + recipe.authority + kTarget;
    head.set("content-type", "application/json");
    const auto status = trust::signMessage(head, body, *recipe.key, at_ms);
    if (!status) throw Invalid("signing failed: " + base::describe(status.error()));
    std::string bytes = std::string("POST ") + kTarget + " HTTP/1.1\r\nhost: " + recipe.authority +
                        "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n";
    for (const auto& [name, value] : head.fields) bytes += name + ": " + value + "\r\n";
    return bytes + "\r\n" + body;
}

std::string soapBytes(
    const Recipe& recipe, const std::string& content_type, const std::string& body
) {
    return std::string("POST ") + speaker::kSoapPath + " HTTP/1.1\r\nhost: " + recipe.authority +
           "\r\ncontent-length: " + std::to_string(body.size()) + "\r\ncontent-type: " + content_type +
           "\r\n\r\n" + body;
}

/// A PNG by its first bytes, of which no two are the same.
std::string attachmentOf(const Recipe& recipe, std::uint64_t index) {
    std::mt19937_64 engine(recipe.seed * 1'000'003 + index);
    std::string content = "\x89PNG\r\n\x1A\n";
    content.reserve(recipe.attachment_bytes + 8);
    while (content.size() < recipe.attachment_bytes) {
        const std::uint64_t word = engine();
        content.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    content.resize(recipe.attachment_bytes);
    return content;
}

template <class T>
T required(base::Result<T> result) {
    if (!result) throw Invalid("signing failed: " + base::describe(result.error()));
    return *std::move(result);
}

void make(const Recipe& recipe, base::UnixMillis at_ms, Request& request) {
    if (recipe.speech == Speech::Rest) {
        request.bytes = signedBytes(recipe, bodyOf(recordsOf(recipe, request)), at_ms);
    } else if (recipe.speech == Speech::Soap) {
        const auto records = recordsOf(recipe, request);
        const auto envelope = required(speaker::submitRecordEnvelope(records, *recipe.key, at_ms));
        request.bytes = soapBytes(recipe, speaker::kSoapContentType, envelope);
    } else {
        const std::string content = attachmentOf(recipe, request.first);
        request.digest = base::toHex(crypto::sha256(content));
        const auto message = required(speaker::uploadMessage(content, "image/png", *recipe.key, at_ms));
        request.bytes = soapBytes(recipe, message.content_type, message.body);
    }
}

}  // namespace

std::vector<std::string> recordsOf(const Recipe& recipe, const Request& request) {
    std::vector<std::string> records;
    for (std::uint32_t i = 0; i < request.records; ++i)
        records.push_back(partner_sim::floodRecord({recipe.seed, recipe.source}, request.first + i)
        );
    return records;
}

std::vector<Request> prepare(
    const Recipe& recipe, const std::vector<std::int64_t>& offsets_us, const base::Clock& clock
) {
    std::vector<Request> requests(recipe.requests);
    const base::UnixMillis now_ms = clock.nowMillis();
    std::exception_ptr fault;
    const auto makeEach = [&](std::size_t first, std::size_t step) {
        try {
            for (std::size_t i = first; i < requests.size(); i += step) {
                Request& request = requests[i];
                request.first = recipe.first + i * recipe.records;
                request.records = static_cast<std::uint32_t>(recipe.records);
                request.speech = recipe.speech;
                const std::int64_t offset_ms = offsets_us.empty() ? 0 : offsets_us[i] / 1000;
                make(recipe, now_ms + offset_ms, request);
            }
        } catch (...) {
            if (first == 0) fault = std::current_exception();  // the others meet the same
        }
    };
    {
        const std::size_t count = std::max(1U, std::thread::hardware_concurrency());
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < count; ++i) threads.emplace_back(makeEach, i, count);
    }
    if (fault) std::rethrow_exception(fault);
    return requests;
}

std::vector<std::int64_t> arrivalsAt(double per_second, double seconds, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    std::vector<std::int64_t> arrivals;
    arrivals.reserve(static_cast<std::size_t>(per_second * seconds * 1.1));
    double at_s = 0;
    for (;;) {
        // Not std::exponential_distribution: its results differ between libraries.
        const double uniform = (static_cast<double>(engine() >> 11) + 0.5) / 9007199254740992.0;
        at_s -= std::log(uniform) / per_second;
        if (at_s >= seconds) return arrivals;
        arrivals.push_back(static_cast<std::int64_t>(at_s * 1e6));
    }
}

}  // namespace yht::bench
