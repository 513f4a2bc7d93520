// What the carrier's status codes mean for what to do next.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cardresolver::carrier {

/// What a status asks us to do. The codes are known from the carrier's document (0, 25) and from the field;
/// the classes are our reading of them, so that a configuration can re-class a code.
enum class status_class : std::uint8_t {
    answered,       ///< success
    card,           ///< final for the card that it names
    all_cards,      ///< says that every card of the request is bad
    request,        ///< one bad value may have spoiled the request
    too_large,      ///< more cards than the carrier takes
    own_fault,      ///< a parameter is misnamed: a fault of this program
    throttled,      ///< a rate or quota limit
    busy,           ///< passing overload: slow down
    transient,      ///< a passing fault
    account,        ///< subscription, application, address, token
    configuration,  ///< no such interface: the URL is wrong
    unknown,        ///< a code that the catalogue does not have
};

inline constexpr std::size_t status_class_count = 12;

std::string_view to_string(status_class meaning) noexcept;
/// The other way round; nothing where no class is called so.
std::optional<status_class> status_class_named(std::string_view name) noexcept;

/// The code that means success at both levels (CMIOT_API2111, returned parameters).
inline constexpr std::string_view status_success = "0";

/// Maps codes to classes; by code alone, as the texts have changed over the years. The one exception: an
/// unknown code whose text says that a number is not the customer's is a card's.
class status_catalogue {
public:
    /// The class of `code`, with `message` as the fallback for unknown codes.
    status_class classify(std::string_view code, std::string_view message) const {
        // Nearly every item of a run.
        const bool is_success = code.size() == 1 && code.front() == status_success.front();
        return is_success && overrides_.empty() ? status_class::answered : look_up(code, message);
    }

    /// Gives `code` another class from now on.
    void reclassify(std::string code, status_class meaning);

private:
    status_class look_up(std::string_view code, std::string_view message) const;

    std::map<std::string, status_class, std::less<>> overrides_;
};

}  // namespace cardresolver::carrier
