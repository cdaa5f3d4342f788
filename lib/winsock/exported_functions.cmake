# SPDX-License-Identifier: MIT
# The functions that the drop-in headers declare, for GetProcAddress: each by the library that has it on Windows.

# berth_list_exports(<file>): writes BERTH_EXPORT(<library>, <function>) lines.
function(berth_list_exports file)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/dropin/[a-z]*.h)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers})
  set(lines "// Written by CMake from the drop-in headers.\n")
  foreach(header IN LISTS headers)
    get_filename_component(name ${header} NAME)
    if(name STREQUAL "process.h") # the C library's, not the system's
      continue()
    elseif(name MATCHES "^(winsock2|ws2tcpip|ws2spi|ws2ipdef|mstcpip)\\.h$")
      set(library ws2_32)
    elseif(name MATCHES "^(mswsock|iphlpapi)\\.h$")
      set(library ${CMAKE_MATCH_1})
    else()
      set(library kernel32)
    endif()
    # Not the definition of the macro, and not objects.
    file(READ ${header} text)
    string(REGEX MATCHALL "BERTH_SYMBOL\\([A-Za-z0-9_]+\\);" symbols "${text}")
    foreach(symbol IN LISTS symbols)
      string(REGEX REPLACE "BERTH_SYMBOL\\((.*)\\).*" "\\1" function "${symbol}")
      if(function STREQUAL "WSPStartup") # the provider's own library has it
        string(APPEND lines "BERTH_EXPORT(mswsock, ${function})\n")
      elseif(function AND NOT function MATCHES "^in6addr_|_posixtypes$")
        string(APPEND lines "BERTH_EXPORT(${library}, ${function})\n")
      endif()
    endforeach()
  endforeach()
  file(CONFIGURE OUTPUT ${file} CONTENT "${lines}" @ONLY)
endfunction()
