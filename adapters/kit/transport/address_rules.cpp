#include "adapters/kit/transport/address_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace yht::kit {
namespace {

struct Range {
    std::uint32_t begin;
    int bits;
};
// IANA's special-purpose registry (RFC 6890 and its updates).
constexpr Range kInner[] = {
    {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
    {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
    {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4},
};

bool isInner4(std::uint32_t address) {
    return std::any_of(std::begin(kInner), std::end(kInner), [&](const Range& range) {
        return (address ^ range.begin) >> (32 - range.bits) == 0;
    });
}

std::uint32_t last4(const std::uint8_t* octets) {
    std::uint32_t address = 0;
    for (int i = 0; i < 4; ++i) address = address << 8 | octets[i];
    return address;
}

bool isInner6(const in6_addr& address) {
    const std::uint8_t* octets = address.s6_addr;
    const auto zeros = [&](int count) { return std::all_of(octets, octets + count, [](auto o) { return o == 0; }); };
    const bool mapped = zeros(10) && octets[10] == 0xFF && octets[11] == 0xFF;
    if (mapped || zeros(12)) return isInner4(last4(octets + 12));  // ::1 and :: are of 0.0.0.0/8
    constexpr std::uint8_t kNat64[] = {0x00, 0x64, 0xFF, 0x9B};
    if (std::equal(kNat64, kNat64 + 4, octets)) return true;
    if (octets[0] == 0x20 && octets[1] == 0x02) return isInner4(last4(octets + 2));  // 6to4
    // Only 2000::/3 is given out for the internet; 2001:db8::/32 is for books.
    const bool global = (octets[0] & 0xE0) == 0x20;
    const bool teredo_or_book = octets[0] == 0x20 && octets[1] == 0x01 &&
                                ((octets[2] == 0x0D && octets[3] == 0xB8) || (octets[2] == 0 && octets[3] == 0));
    return !global || teredo_or_book;
}

/// The host of an entry, without its port.
std::string hostOf(const std::string& entry) {
    if (entry.starts_with('[')) return entry.substr(1, entry.find(']') - 1);
    if (std::count(entry.begin(), entry.end(), ':') != 1) return entry;
    return entry.substr(0, entry.find(':'));
}

}  // namespace

bool isInnerAddress(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in four;
        std::memcpy(&four, &address, sizeof four);
        return isInner4(ntohl(four.sin_addr.s_addr));
    }
    if (address.sa_family != AF_INET6) return true;
    sockaddr_in6 six;
    std::memcpy(&six, &address, sizeof six);
    return isInner6(six.sin6_addr);
}

bool mayConnect(const sockaddr& address, const std::vector<std::string>& hosts) {
    if (!isInnerAddress(address)) return true;
    return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& entry) {
        const std::string host = hostOf(entry);
        in_addr four{};
        in6_addr six{};
        if (address.sa_family == AF_INET && ::inet_pton(AF_INET, host.c_str(), &four) == 1) {
            sockaddr_in actual;
            std::memcpy(&actual, &address, sizeof actual);
            return actual.sin_addr.s_addr == four.s_addr;
        }
        if (address.sa_family == AF_INET6 && ::inet_pton(AF_INET6, host.c_str(), &six) == 1) {
            sockaddr_in6 actual;
            std::memcpy(&actual, &address, sizeof actual);
            return std::memcmp(&actual.sin6_addr, &six, sizeof six) == 0;
        }
        return false;
    });
}

bool isListedHost(const std::string& host, int port, bool default_port, const std::vector<std::string>& hosts) {
    const std::string with_port = host + ":" + std::to_string(port);
    return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& entry) {
        return entry == with_port || (default_port && entry == host);
    });
}

}  // namespace yht::kit
