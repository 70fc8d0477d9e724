// Signed requests, made ahead as the bytes that go on the wire: signing 2 KB costs more than
// sending it, and the generator shares the cores with what it measures. Uses: trust, partner-sim
// (records), speaker (SOAP). Used by: the scenarios.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/trust/message_signature.h"

namespace yht::bench {

/// What is said, and so what an answer must be.
enum class Speech : std::uint8_t {
    Rest,            // POST /v1/records
    Soap,            // SubmitRecord, signed envelopes
    SoapAttachment,  // UploadAttachment by MTOM
};

struct Recipe {
    std::string authority;  // "localhost:8443"
    const trust::SigningKey* key = nullptr;
    std::string source;
    std::uint64_t seed = 1;   // of the records: the same seed and index, the same record
    std::uint64_t first = 0;  // index of the first record
    std::size_t requests = 0;
    std::size_t records = 1;  // of each request; more than one go as an array
    Speech speech = Speech::Rest;
    std::size_t attachment_bytes = 0;  // SoapAttachment: of each
};

struct Request {
    std::string bytes;
    std::uint64_t first = 0;  // index of its first record
    std::uint32_t records = 1;
    Speech speech = Speech::Rest;
    std::string digest{};  // SoapAttachment: SHA-256 of what it brings, hex
};

/// `offsets_us`: when each is to be sent, from the load's start; empty: now. `created` is that
/// time, so that a load may last longer than a signature is good for. Throws Invalid where signing
/// fails.
std::vector<Request> prepare(
    const Recipe& recipe, const std::vector<std::int64_t>& offsets_us, const base::Clock& clock
);

/// The JSON texts that stand in a request, as readAnswer() wants them.
std::vector<std::string> recordsOf(const Recipe& recipe, const Request& request);

/// Arrival times of an open-model load, exponential gaps from a fixed seed: who arrives does not
/// wait for who is served.
std::vector<std::int64_t> arrivalsAt(double per_second, double seconds, std::uint64_t seed);

}  // namespace yht::bench
